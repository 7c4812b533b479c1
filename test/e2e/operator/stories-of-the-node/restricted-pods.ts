import { beforeAll, describe, expect, test } from "@jest/globals";
import type { Pod } from "../../../../src/kube/index.js";
import { aJob, Bench, cells, type JobStatus } from "../bench.js";
import type { NodeWorld } from "../node-world.js";

/** What a notebook finds out about the place that it runs in. */
const LOOK_AROUND = cells(
  [
    "import glob, json, os",
    "def field(name, process='self'):",
    "    with open(f'/proc/{process}/status') as file:",
    "        return next(line.split()[1:] for line in file if line.startswith(name + ':'))",
    "def can_write(folder):",
    "    try:",
    "        open(folder + '/nbv-probe', 'w').close()",
    "        return True",
    "    except OSError:",
    "        return False",
    "print(json.dumps({",
    "    'uid': os.getuid(),",
    "    'capabilities': sorted({*field('CapEff'), *field('CapBnd'), *field('CapPrm')}),",
    "    'noNewPrivileges': field('NoNewPrivs')[0],",
    "    'seccomp': field('Seccomp')[0],",
    "    'token': os.path.exists('/var/run/secrets/kubernetes.io/serviceaccount'),",
    "    'git': sorted(glob.glob('/nbv/*cred*')) + sorted(glob.glob('/root/.git*')),",
    "    'root': can_write('/'), 'runner': can_write('/nbv/runner'), 'source': can_write('.'), 'tmp': can_write('/tmp'),",
    "    'services': sorted(name for name in os.environ if name.endswith('_SERVICE_HOST') and 'KUBERNETES' not in name),",
    "}))",
  ].join("\n"),
);

/** A user id as OpenShift assigns them: no image knows it. */
const STRANGER = 1_000_650_000;

/** What a pod is allowed to is asked from the inside. */
export function tellOfRestrictedPods(world: () => NodeWorld): void {
  describe("the container of a notebook", () => {
    let bench: Bench;
    const found = (status: JobStatus | undefined) => JSON.parse(status?.results?.[0]?.output ?? "null") as unknown;
    const expected = {
      capabilities: ["0000000000000000"],
      noNewPrivileges: "1",
      seccomp: "2",
      token: false,
      git: [],
      root: false,
      runner: false,
      source: true,
      tmp: true,
      services: [],
    };

    beforeAll(async () => {
      bench = await Bench.in(world(), "restricted");
      const { urls } = await world().git.repository({ "nb.ipynb": LOOK_AROUND });
      const job = (name: string, podConfig: object = {}) =>
        aJob(name, {
          notebook: { git: { url: urls.http, ref: "main" }, path: "nb.ipynb" },
          podConfig: { containerImage: world().images.notebook, ...podConfig },
        });
      const securityContext = { runAsUser: STRANGER, runAsGroup: 0, fsGroup: STRANGER };
      await bench.apply(job("as-shipped"), job("stranger", { securityContext }));
    });

    test("has no capabilities, no way to more privileges, no token, and a root that it can't write to", async () => {
      const { status } = await bench.end("as-shipped");
      expect(status).toMatchObject({ phase: "Succeeded" });
      expect(found(status)).toEqual({ uid: 65532, ...expected });
    });

    test("runs as a user that no image knows, as on OpenShift", async () => {
      const { status } = await bench.end("stranger");
      expect(status).toMatchObject({ phase: "Succeeded" });
      expect(found(status)).toEqual({ uid: STRANGER, ...expected });
    });

    test("is what Pod Security `restricted` asks for, also when the namespace does not enforce it", async () => {
      const [pod] = await bench.pods();
      expect(violations(pod)).toEqual([]);
      const { metadata, spec } = pod ?? ({} as Pod);
      const copy = { apiVersion: "v1", kind: "Pod", metadata: { name: `copy-of-${metadata.name}` }, spec };
      const { code, stderr } = await bench.kubectl(
        ["create", "--dry-run=server", "--filename=-"],
        JSON.stringify({ ...copy, spec: { ...spec, nodeName: undefined } }),
      );
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    });
  });
}

function violations(pod: Pod | undefined): string[] {
  const spec = pod?.spec;
  if (spec === undefined) return ["no pod"];
  const isShared = spec.hostNetwork === true || spec.hostPID === true || spec.hostIPC === true;
  return [
    ...(isShared ? ["shares namespaces of the node"] : []),
    ...(spec.automountServiceAccountToken === false ? [] : ["has a token"]),
    ...(spec.volumes ?? []).filter(({ hostPath }) => hostPath !== undefined).map(({ name }) => `${name} is a hostPath`),
  ];
}
