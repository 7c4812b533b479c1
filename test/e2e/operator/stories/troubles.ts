import { beforeAll, describe, expect, test } from "@jest/globals";
import { aJob, aSecret, Bench, cells, type JobStatus } from "../bench.js";
import { eventually } from "../eventually.js";
import { VISIBLE_MS, type World } from "../world.js";

/** What keeps a pod from starting: how its job asks for it, and the reason that people read. */
interface Trouble {
  readonly name: string;
  readonly podConfig: (world: World) => object;
  readonly reason: RegExp;
  readonly message: RegExp;
}

const TROUBLES: readonly Trouble[] = [
  {
    name: "secret-of-a-variable",
    podConfig: () => ({ env: [{ name: "KEY", valueFrom: { secretKeyRef: { name: "nowhere", key: "key" } } }] }),
    reason: /^SecretMissing$/,
    message: /nowhere/,
  },
  {
    name: "secret-of-a-volume",
    podConfig: () => ({
      volumes: [{ name: "certs", secret: { secretName: "nowhere" } }],
      volumeMounts: [{ name: "certs", mountPath: "/etc/certs" }],
    }),
    reason: /^SecretMissing$/,
    message: /nowhere/,
  },
  {
    name: "config-map",
    podConfig: () => ({ envFrom: [{ configMapRef: { name: "nowhere" } }] }),
    reason: /^ConfigMapMissing$/,
    message: /nowhere/,
  },
  {
    name: "image",
    podConfig: ({ images }) => ({ containerImage: images.missing }),
    reason: /^(?:ErrImagePull|ImagePullBackOff)$/,
    message: /missing/,
  },
  {
    name: "node",
    podConfig: () => ({ nodeSelector: { "example.com/none-has-this": "true" } }),
    reason: /^Unschedulable$/,
    message: /affinity\/selector/,
  },
  {
    name: "resources",
    podConfig: () => ({ resources: { requests: { cpu: "4000" }, limits: { cpu: "4000" } } }),
    reason: /^Unschedulable$/,
    message: /Insufficient cpu/,
  },
];

/** The same as the first one, but its Secret comes before patience is over. */
const HEALING: Pick<Trouble, "name" | "podConfig"> = {
  name: "healing",
  podConfig: () => ({ env: [{ name: "KEY", valueFrom: { secretKeyRef: { name: "late", key: "key" } } }] }),
};

/** Every trouble is named within seconds, and ends by the rules of patience. */
export function tellOfTroubles(world: () => World): void {
  describe("a pod that can't start", () => {
    let bench: Bench;
    let applied: number;
    let healed: Promise<void>;
    const shown = new Map<string, Promise<{ status: JobStatus; afterMs: number }>>();

    beforeAll(async () => {
      bench = await Bench.in(world(), "troubles");
      const { urls } = await world().git.repository({ "nb.ipynb": cells("1 + 1") });
      const jobs = [...TROUBLES, HEALING].map(({ name, podConfig }) =>
        aJob(name, {
          notebook: { git: { url: urls.http, ref: "main" }, path: "nb.ipynb" },
          podConfig: { containerImage: world().images.notebook, ...podConfig(world()) },
          retryPolicy: { enabled: false },
        }),
      );
      applied = performance.now();
      await bench.apply(...jobs);
      healed = bench
        .until(HEALING.name, "its trouble", ({ reason }) => reason === "SecretMissing")
        .then(() => bench.apply(aSecret("late", { key: "1" })));
      healed.catch(() => undefined);
      for (const { name, reason } of TROUBLES) {
        const seen = bench
          .until(name, String(reason), ({ reason: now = "", phase }) => reason.test(now) && phase !== "Failed")
          .then(({ status = {} }) => ({ status, afterMs: performance.now() - applied }));
        seen.catch(() => undefined);
        shown.set(name, seen);
      }
    });

    test.each(TROUBLES)("for its $name says so within seconds", async ({ name, message }) => {
      const seen = await shown.get(name);
      expect(seen?.status.message).toMatch(message);
      expect(seen?.status.phase).toBe("ValidationRunning");
      expect(seen?.afterMs).toBeLessThan(VISIBLE_MS + (world().nodeMs ?? 0));
    });

    test("and goes on by itself when what it misses comes", async () => {
      await healed;
      const { status } = await bench.end(HEALING.name);
      expect(status).toMatchObject({ phase: "Succeeded" });
      expect(status?.attempts).toHaveLength(1);
    });

    test.each(TROUBLES)("for its $name ends when patience is over, for that reason", async ({ name, reason }) => {
      const { status } = await bench.end(name);
      expect(status).toMatchObject({ phase: "Failed", verdict: "Error" });
      expect(status?.reason).toMatch(reason);
      expect(status?.attempts).toHaveLength(1);
      const told = (await bench.events()).filter(({ involvedObject }) => involvedObject.name === name);
      expect(told.map(({ type }) => type)).toContain("Warning");
    });

    test("leaves no pod running or waiting", async () => {
      await Promise.all(TROUBLES.map(({ name }) => bench.end(name)));
      await eventually("the pods to be gone", 10_000, async () => {
        const live = (await bench.pods()).filter(({ status }) => !/^(?:Succeeded|Failed)$/.test(status?.phase ?? ""));
        return live.length === 0 ? true : undefined;
      });
    });
  });
}
