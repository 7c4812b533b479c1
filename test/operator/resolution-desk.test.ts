import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { KubeError } from "../../src/kube/kube-error.js";
import { ManualClock } from "../../src/kube/manual-clock.js";
import { type Interceptor, MemoryCluster } from "../../src/kube/memory/index.js";
import { seededRandom } from "../../src/kube/random.js";
import { CONFIG_MAPS, objectOf, PERSISTENT_VOLUME_CLAIMS, SECRETS } from "../../src/kube/resources.js";
import type { SourceSeen } from "../../src/operator/decide/observation.js";
import type { ResolutionQuestion, Resolvable } from "../../src/operator/decide/waiting/resolution-question.js";
import { ResolutionDesk } from "../../src/operator/resolution-desk.js";

const SECRET: Resolvable = { kind: "Secret", name: "db" };

let clock: ManualClock;
let cluster: MemoryCluster;
let desk: ResolutionDesk;
let told: string[];
let errors: unknown[];
/** When objects were looked at, in seconds since the beginning. */
let looks: number[];
/** What the API server says in place of an answer. */
let trouble: KubeError | undefined;
let source: SourceSeen;

beforeEach(() => {
  clock = new ManualClock();
  const start = clock.now();
  [told, errors, looks, trouble] = [[], [], [], undefined];
  source = { kind: "failed", reason: "GitNetwork", message: "no route to host" };
  const intercept: Interceptor = ({ verb }, proceed) => {
    if (verb !== "get") return proceed();
    looks.push((clock.now() - start) / 1000);
    return trouble === undefined ? proceed() : Promise.reject(trouble);
  };
  cluster = new MemoryCluster({ clock, random: seededRandom(1), autoCreateNamespaces: true, intercept });
  desk = new ResolutionDesk({
    cluster,
    clock,
    findSource: () => {
      looks.push((clock.now() - start) / 1000);
      return Promise.resolve(source);
    },
    onAnswer: (uid) => told.push(uid),
    onError: (error) => errors.push(error),
  });
});

afterEach(async () => {
  desk.stop();
  await settle();
  expect(clock.pending).toBe(0);
});

async function settle(): Promise<void> {
  for (let turn = 0; turn < 4; turn++) await clock.settle();
}

async function pass(seconds: number): Promise<void> {
  await clock.advance(seconds * 1000);
  await settle();
}

async function ask(uid: string, about: Resolvable = SECRET, more: Partial<ResolutionQuestion> = {}): Promise<void> {
  desk.ask(uid, "team-a", { ticket: "1", about, pace: "brisk", ...more });
  await settle();
}

const bring = () => {
  const secret = { metadata: { name: "db", namespace: "team-a" }, data: { token: "eA==" } };
  return cluster.create(SECRETS, objectOf(SECRETS, secret));
};

describe("a Secret that a job waits for", () => {
  test("is looked at at once, then later and later", async () => {
    await ask("a");
    expect(desk.look("a", "1")).toEqual({ kind: "absent" });
    await pass(300);
    expect(looks).toEqual([0, 5, 15, 35, 75, 135, 195, 255]);
    expect(told).toEqual([]);
  });

  test("is told once when it is there, and looked at no more", async () => {
    await ask("a");
    await bring();
    await pass(5);
    expect(desk.look("a", "1")).toEqual({ kind: "present", wasAbsent: true });
    await pass(600);
    expect(told).toEqual(["a"]);
    expect(looks).toEqual([0, 5]);
  });

  test("is looked at as soon as somebody tells that it appeared", async () => {
    await ask("a");
    await pass(30);
    await bring();
    desk.told({ kind: "Secret", name: "db" }, "team-a");
    await settle();
    expect(told).toEqual(["a"]);
    desk.told({ kind: "Secret", name: "of nobody's interest" }, "team-a");
  });

  test("is not one of another namespace, or another kind of object by its name", async () => {
    await cluster.create(SECRETS, objectOf(SECRETS, { metadata: { name: "db", namespace: "team-b" } }));
    await cluster.create(CONFIG_MAPS, objectOf(CONFIG_MAPS, { metadata: { name: "db", namespace: "team-a" } }));
    await ask("a");
    await pass(60);
    expect(told).toEqual([]);
  });

  test("is one look for all jobs that wait for it, each for its own key", async () => {
    await ask("any");
    await ask("token", { ...SECRET, key: "token" });
    await ask("other", { ...SECRET, key: "other" });
    looks.length = 0;
    await bring();
    await pass(5);
    expect(looks).toHaveLength(1);
    expect(told.sort()).toEqual(["any", "token"]);
    expect(desk.look("other", "1")).toEqual({ kind: "absent" });
    await cluster.patch(SECRETS, { namespace: "team-a", name: "db" }, { data: { other: "eA==" } });
    await pass(60);
    expect(told.sort()).toEqual(["any", "other", "token"]);
  });

  test("is looked at again for a new question: what was seen before another try is no answer", async () => {
    await bring();
    await ask("a");
    expect(told).toEqual(["a"]);
    await ask("a");
    expect(looks).toHaveLength(1);
    expect(desk.look("a", "2")).toEqual({ kind: "unasked" });
    await cluster.delete(SECRETS, { namespace: "team-a", name: "db" });
    await ask("a", SECRET, { ticket: "2" });
    expect(desk.look("a", "2")).toEqual({ kind: "absent" });
    expect(desk.look("a", "1")).toEqual({ kind: "unasked" });
  });

  test("is looked at no more when nobody waits for it any more", async () => {
    await ask("a");
    await ask("b");
    desk.forget("a");
    await pass(5);
    expect(looks.at(-1)).toBe(5);
    desk.forget("b");
    desk.forget("b");
    looks.length = 0;
    await pass(600);
    expect(looks).toEqual([]);
  });

  test("that the operator may not read is told as unknown, with its name", async () => {
    trouble = new KubeError({ reason: "Forbidden", message: "no" });
    await ask("a");
    expect(told).toEqual(["a"]);
    expect(desk.look("a", "1")).toEqual({ kind: "unknown", message: "the operator may not read the Secret db" });
  });

  test("that nobody can be asked for is told as unknown, and asked for no more", async () => {
    trouble = new KubeError({ reason: "BadRequest", message: "a name may not contain '/'" });
    await ask("a");
    expect(desk.look("a", "1").kind).toBe("unknown");
    await pass(600);
    expect(errors).toEqual([trouble]);
    expect(looks).toEqual([0]);
  });

  test.each(["ServiceUnavailable", "TooManyRequests", "InternalError"] as const)(
    "is waited for through an API server that answers %s",
    async (reason) => {
      trouble = new KubeError({ reason, message: "later" });
      await ask("a");
      await bring();
      await pass(5);
      trouble = undefined;
      await pass(10);
      expect(told).toEqual(["a"]);
      expect(desk.look("a", "1")).toEqual({ kind: "present", wasAbsent: false });
      expect(errors).toEqual([]);
    },
  );
});

describe("other things that jobs wait for", () => {
  test("a claim is there when it exists, bound or not: some are bound for their first pod", async () => {
    const claim = { metadata: { name: "data", namespace: "team-a" }, spec: {}, status: { phase: "Pending" } };
    await cluster.create(PERSISTENT_VOLUME_CLAIMS, objectOf(PERSISTENT_VOLUME_CLAIMS, claim));
    await ask("a", { kind: "PersistentVolumeClaim", name: "data" });
    expect(told).toEqual(["a"]);
  });

  test("a ConfigMap is there with its key, also among its binary data, which kubelets make no variables from", async () => {
    const map = { metadata: { name: "settings", namespace: "team-a" }, data: { a: "1" }, binaryData: { b: "eA==" } };
    await cluster.create(CONFIG_MAPS, objectOf(CONFIG_MAPS, map));
    for (const key of ["a", "b", "c"]) await ask(key, { kind: "ConfigMap", name: "settings", key });
    expect(told).toEqual(["a", "b"]);
    const about = { kind: "ConfigMap", name: "settings", isVariable: true } as const;
    await ask("variable a", { ...about, key: "a" });
    await ask("variable b", { ...about, key: "b" });
    expect(told).toEqual(["a", "b", "variable a"]);
  });

  test("a repository is there when Git says anything but that it can't be reached", async () => {
    await ask("a", { kind: "Git", url: "https://git.example.com/x.git", ref: "main" }, { pace: "slow" });
    await pass(60);
    expect(told).toEqual([]);
    source = { kind: "failed", reason: "GitRefNotFound", message: "no branch main" };
    await pass(120);
    expect(told).toEqual(["a"]);
  });
});

describe("many things", () => {
  test("of failed jobs are looked at slowly, and not all at once when the operator starts", async () => {
    await ask("a", SECRET, { pace: "slow" });
    expect(looks).toEqual([]);
    await pass(3600);
    expect(looks.slice(0, 6)).toEqual([60, 120, 240, 480, 960, 1560]);
  });

  test("of jobs that failed just now are looked at at once, then slowly", async () => {
    await ask("a", SECRET, { pace: "slow", isFresh: true });
    await pass(200);
    expect(looks).toEqual([0, 60, 180]);
  });

  test("are looked at at most twenty times a second all together", async () => {
    for (let each = 0; each < 2000; each++) {
      desk.ask(`job-${each}`, "team-a", { ticket: "1", about: { kind: "Secret", name: `s-${each}` }, pace: "brisk" });
    }
    // The first look is at once; from then on each has its turn in 100 s.
    await pass(200);
    looks.length = 0;
    await pass(200);
    expect(looks.length).toBeLessThanOrEqual(4000);
    expect(looks.length).toBeGreaterThanOrEqual(2000);
  });

  test("of one namespace slow down nobody else's", async () => {
    await ask("mine");
    for (let each = 0; each < 3000; each++) {
      desk.ask(`job-${each}`, "team-b", { ticket: "1", about: { kind: "Secret", name: `s-${each}` }, pace: "brisk" });
    }
    await pass(300);
    await bring();
    looks.length = 0;
    await pass(61);
    expect(told).toEqual(["mine"]);
    expect(looks.length).toBeLessThanOrEqual(61 * 20);
  });

  test("are looked at no more after the stop", async () => {
    await ask("a");
    desk.stop();
    await bring();
    await pass(600);
    expect(told).toEqual([]);
    await ask("b");
    expect(desk.look("b", "1")).toEqual({ kind: "unasked" });
  });
});
