import { beforeAll, describe, expect, test } from "@jest/globals";
import { cells, condition, type JobStatus } from "../../bench.js";
import { aBuildJob, aRegistrySecret, BUILT_MS, BuildBench, intoPrivateRegistry } from "../../build-bench.js";
import { eventually } from "../../eventually.js";
import { type NodeWorld, REGISTRY } from "../../node-world.js";

const NOTEBOOK = cells("1 + 1");
const GREEDY = `FROM ${REGISTRY}/kernel:3\nRUN python3 -c "x = [b'x' * 50_000_000 for _ in range(40)]"\n`;

/** Builds that come to nothing: each says why, and no notebook runs. */
export function tellOfFailedBuilds(world: () => NodeWorld): void {
  describe("a build that comes to nothing", () => {
    let bench: BuildBench;

    beforeAll(async () => {
      const { git, packages } = world();
      bench = await BuildBench.of(world(), "unbuilt");
      await packages.make("nbv-wants-old", "1.0", { requires: ["nbv-shared==1.0"] });
      await packages.make("nbv-wants-new", "1.0", { requires: ["nbv-shared==2.0"] });
      await packages.make("nbv-shared", "1.0");
      await packages.make("nbv-shared", "2.0");
      packages.hang("nbv-never");
      const wrongHash = `nbv-shared==2.0 --hash=sha256:${"0".repeat(64)}\n`;
      const environments = {
        missing: "nbv-shared==9.9\n",
        conflict: "nbv-wants-old\nnbv-wants-new\n",
        tampered: wrongHash,
        cancelled: "nbv-never\n",
        late: "nbv-never # too long\n",
        denied: "nbv-shared==1.0 # denied\n",
        restricted: "nbv-shared==1.0 # restricted\n",
      };
      const repository = await git.repository({
        ...Object.fromEntries(Object.entries(environments).map(([name, text]) => [`${name}/requirements.txt`, text])),
        ...Object.fromEntries([...Object.keys(environments), "greedy"].map((name) => [`${name}/nb.ipynb`, NOTEBOOK])),
        "greedy/Dockerfile": GREEDY,
      });
      const job = (name: string, build: object = {}, spec: object = {}) =>
        aBuildJob(name, repository, build, { path: `${name}/nb.ipynb`, ...spec });
      await bench.apply(
        aRegistrySecret("wrong-login", "wr0ng-password"),
        job("cancelled"),
        job("late", {}, { buildTimeout: "25s" }),
        job("missing"),
        job("tampered", { verifyHashes: true }),
        job("denied", { ...intoPrivateRegistry("denied"), pushSecret: "wrong-login" }),
        job("conflict"),
        job("greedy", { resources: { requests: { memory: "64Mi" }, limits: { memory: "512Mi" } } }),
      );
    });

    const failed = async (name: string): Promise<JobStatus> => {
      const { status = {} } = await bench.end(name, BUILT_MS);
      const pods = (await bench.pods()).filter(({ metadata }) => metadata.labels?.["mlops.dev/job"] === name);
      expect({ phase: status.phase, pods, validated: status.validationPodName }).toEqual({ phase: "Failed", pods: [] });
      expect(status.buildStatus).toMatchObject({ phase: "Failed" });
      expect(condition(status, "BuildComplete")).toBe(`False ${status.reason}`);
      await bench.record(name, await bench.buildOf(status));
      return status;
    };

    test("is cancelled with its job's suspension, while a package index keeps silent", async () => {
      const step = ({ buildStatus }: JobStatus) => buildStatus?.currentStep !== undefined;
      const { status } = await bench.until("cancelled", "its build", step, BUILT_MS);
      await bench.record("running", await bench.buildOf(status));
      await bench.kubectl(["patch", "nvj/cancelled", "--type=merge", "--patch", '{"spec":{"suspend":true}}']);
      const reason = await eventually("the end of its build", 60_000, async () => {
        const [now] = (await bench.buildOf(status)).status?.conditions ?? [];
        return now?.status === "False" ? now.reason : undefined;
      });
      expect(reason).toBe("Cancelled");
      await bench.record("cancelled", await bench.buildOf(status));
      const { status: held } = await bench.until("cancelled", "rest", ({ phase }) => phase === "Pending");
      expect(condition(held, "Suspended")).toMatch(/^True /);
    });

    test("ends when its time is over, and says what it was doing", async () => {
      const status = await failed("late");
      expect(status).toMatchObject({ reason: "BuildTimeout", fault: "user", buildRetryCount: 0 });
      expect(status.message).toMatch(/ was at: [A-Z]/);
      const build = await eventually("the end of its build", 60_000, async () => {
        const now = await bench.buildOf(status);
        return now.status?.completionTime === undefined ? undefined : now;
      });
      expect(build.status?.conditions?.[0]).toMatchObject({ status: "False", reason: "Cancelled" });
      await bench.record("timed-out", build);
    });

    test.each([
      ["a version that no index has", "missing", "DependencyNotFound", /nbv-shared==9\.9/],
      ["a package with another hash", "tampered", "DependencyHashMismatch", /nbv-shared|hash/i],
      ["a registry that refuses the push", "denied", "BuildPushDenied", /team\/denied|unauthorized|denied/i],
      ["requirements that contradict each other", "conflict", "DependencyResolution", /nbv-wants-(?:old|new)/],
      ["an instruction that takes too much memory", "greedy", "BuildOutOfMemory", /memory|512Mi/i],
    ])("names %s, without a retry", async (_what, name, reason, message) => {
      const status = await failed(name);
      expect(status).toMatchObject({ reason, lastErrorType: "permanent", buildRetryCount: 0 });
      expect(status.message).toMatch(message);
      expect(JSON.stringify(status)).not.toContain("wr0ng-password");
    });

    test("never starts where Pod Security forbids build pods", async () => {
      const { git } = world();
      const repository = await git.repository({ "nb.ipynb": NOTEBOOK, "requirements.txt": "nbv-shared==1.0\n" });
      const strict = await BuildBench.of(world(), "strict", "restricted");
      // At the levels below, the pre-built image would stand in.
      await strict.apply(aBuildJob("forbidden", repository, {}, { validationConfig: { level: "staging" } }));
      const { status } = await strict.end("forbidden", BUILT_MS);
      expect(status).toMatchObject({ phase: "Failed", reason: "BuildNotPermitted" });
      expect(status?.message).toContain("no pre-built image stands in");
      expect(await strict.pods()).toEqual([]);
    });
  });
}
