import { join } from "node:path";
import { beforeAll, describe, expect, test } from "@jest/globals";
import { cells, type JobStatus } from "../../bench.js";
import { aBuildJob, BUILT_MS, BuildBench, secondsOf } from "../../build-bench.js";
import { type NodeWorld, REGISTRY } from "../../node-world.js";
import type { WorldRepository } from "../../world.js";

const PACKAGES = ["pandas", "scikit-learn", "matplotlib"];
const NOTEBOOK = cells("import pandas, sklearn, matplotlib\nprint(pandas.Series([1]).sum())");
/** How much faster a build has to be whose packages are in the cache. */
const SPEEDUP = 4;

/** What a layer cache saves, with the packages of real notebooks. */
export function tellOfBuildCaches(world: () => NodeWorld): void {
  describe("a build that keeps its layers on a claim", () => {
    let bench: BuildBench;
    let repository: WorldRepository;
    const seconds: Record<string, number> = {};
    /** Names of the packages that pip has fetched since `from`. */
    const fetched = (from: number) =>
      world()
        .packages.requests.slice(from)
        .flatMap((path) => /^\/files\/([^-]+)-/.exec(path)?.[1] ?? []);
    const job = (name: string, claim: string, build: object) =>
      aBuildJob(name, repository, {
        cache: { enabled: true, type: "workspace" },
        strategyConfig: { cacheClaim: claim },
        ...build,
      });
    const generated = (name: string) => job(name, "layers-generated", { includeSource: true });
    const written = (name: string) => job(name, "layers-written", { dockerfilePath: "Dockerfile" });

    async function built(name: string): Promise<JobStatus> {
      const { status = {} } = await bench.end(name, BUILT_MS);
      expect({ name, ...status }).toMatchObject({ name, phase: "Succeeded", buildStatus: { phase: "Complete" } });
      seconds[name] = secondsOf(await bench.buildOf(status));
      return status;
    }

    beforeAll(async () => {
      const { git, packages, state } = world();
      bench = await BuildBench.of(world(), "cached");
      repository = await git.repository({
        "nb.ipynb": NOTEBOOK,
        "requirements.txt": PACKAGES.map((name) => `${name}==${packages.versionOf(name)}\n`).join(""),
        Dockerfile: [
          `FROM ${REGISTRY}/kernel:3`,
          "USER 0",
          "COPY requirements.txt /tmp/requirements.txt",
          "RUN python3 -m pip install --no-cache-dir -r /tmp/requirements.txt",
          "COPY . /srv/project",
          "USER 1001",
          "",
        ].join("\n"),
      });
      for (const claim of ["layers-generated", "layers-written"]) {
        const size = { storage: "20Gi" };
        const shared = { accessModes: ["ReadWriteOnce"], storageClassName: "", volumeMode: "Filesystem" };
        const volume = `${bench.namespace}-${claim}`;
        await bench.apply(
          {
            apiVersion: "v1",
            kind: "PersistentVolume",
            metadata: { name: volume },
            spec: {
              ...shared,
              capacity: size,
              hostPath: { path: join(state, "claims", volume), type: "DirectoryOrCreate" },
              claimRef: { namespace: bench.namespace, name: claim },
            },
          },
          {
            apiVersion: "v1",
            kind: "PersistentVolumeClaim",
            metadata: { name: claim },
            spec: { ...shared, volumeName: volume, resources: { requests: size } },
          },
        );
      }
      await bench.apply(generated("generated-first"), written("written-first"));
    });

    test("from nothing installs everything", async () => {
      const [first, second] = await Promise.all([built("generated-first"), built("written-first")]);
      expect([first.buildStatus?.cacheHit, second.buildStatus?.cacheHit]).toEqual([false, false]);
    });

    test("with another notebook, in an image that holds the sources, installs nothing and is 4 times faster", async () => {
      await repository.change({ "nb.ipynb": cells("import pandas", "print('changed')") });
      const from = world().packages.requests.length;
      await bench.apply(generated("generated-second"), written("written-second"));
      const statuses = [await built("generated-second"), await built("written-second")];
      expect(fetched(from)).toEqual([]);
      for (const { buildStatus } of statuses) expect(buildStatus).toMatchObject({ cacheHit: true, reused: false });
      for (const kind of ["generated", "written"]) {
        const speedup = (seconds[`${kind}-first`] ?? 0) / (seconds[`${kind}-second`] ?? 0);
        process.stdout.write(
          `        ${kind}: ${seconds[`${kind}-first`]} s from nothing, ${seconds[`${kind}-second`]} s with its layers kept\n`,
        );
        expect({ kind, speedup, isEnough: speedup >= SPEEDUP }).toMatchObject({ isEnough: true });
      }
    });

    test("with one requirement more takes less time than from nothing", async () => {
      const { packages } = world();
      const lines = [...PACKAGES, "seaborn"].map((name) => `${name}==${packages.versionOf(name)}\n`);
      await repository.change({ "requirements.txt": lines.join("") });
      await bench.apply(generated("generated-third"));
      await built("generated-third");
      process.stdout.write(`        one requirement more: ${seconds["generated-third"]} s\n`);
      expect(seconds["generated-third"]).toBeLessThan(seconds["generated-first"] ?? 0);
    });
  });

  describe("a build that keeps its layers in the registry", () => {
    test("finds them there, from another pod and another commit", async () => {
      const bench = await BuildBench.of(world(), "registry-cached");
      const { git, packages } = world();
      await packages.make("nbv-cached", "1.0");
      const repository = await git.repository({ "nb.ipynb": cells("1 + 1"), "requirements.txt": "nbv-cached==1.0\n" });
      const job = (name: string) => aBuildJob(name, repository, { includeSource: true, cache: { enabled: true } });
      await bench.apply(job("first"));
      const { status: first } = await bench.end("first", BUILT_MS);
      expect(first).toMatchObject({ phase: "Succeeded", buildStatus: { cacheHit: false } });
      await repository.change({ "nb.ipynb": cells("2 + 2") });
      const from = packages.requests.length;
      await bench.apply(job("second"));
      const { status: second } = await bench.end("second", BUILT_MS);
      expect(second).toMatchObject({ phase: "Succeeded", buildStatus: { cacheHit: true } });
      expect(second?.buildStatus?.imageDigest).not.toBe(first?.buildStatus?.imageDigest);
      expect(packages.requests.slice(from)).toEqual([]);
    });
  });
}
