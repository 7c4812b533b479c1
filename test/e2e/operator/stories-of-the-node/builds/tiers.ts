import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "@jest/globals";
import { parseAllDocuments } from "yaml";
import { BUILT_MS, BuildBench, imageAt, type RegistryImage, stockImage } from "../../build-bench.js";
import { type NodeWorld, REGISTRY } from "../../node-world.js";

const EXAMPLE = join(import.meta.dirname, "../../../../../examples/tiers");
const MIB = 1024 ** 2;
/** A node of two cores has to take three builds beside the notebooks. */
const SMALL = { resources: { requests: { cpu: "50m", memory: "256Mi" } } };

interface ExampleJob {
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly notebook: { readonly git: object; readonly path: string };
    readonly podConfig: { readonly buildConfig: { readonly target?: string } };
  };
}

/** `examples/tiers` as it is: eight notebooks, three environments. */
export function tellOfTiers(world: () => NodeWorld): void {
  describe("eight notebooks in three tiers", () => {
    let bench: BuildBench;
    let names: string[];
    let sharedNames: string[];
    let applyShared: () => Promise<void>;

    beforeAll(async () => {
      bench = await BuildBench.of(world(), "tiers");
      const repository = await world().git.repository(await filesBelow(EXAMPLE));
      const here = ({ spec, ...job }: ExampleJob, build: object = {}) => ({
        ...job,
        spec: {
          ...spec,
          notebook: { ...spec.notebook, git: { ...spec.notebook.git, url: repository.urls.http } },
          podConfig: { ...spec.podConfig, buildConfig: { ...spec.podConfig.buildConfig, ...SMALL, ...build } },
        },
      });
      const own = (await Promise.all(["tier-1-data", "tier-2-models", "tier-3-reports"].map(jobsOf))).flat();
      const shared = await jobsOf("shared-dockerfile");
      names = own.map(({ metadata }) => metadata.name);
      sharedNames = shared.map(({ metadata }) => metadata.name);
      await bench.apply(...own.map((job) => here(job)));
      const onKernel = { buildArgs: { BASE: `${REGISTRY}/kernel:3` } };
      const ofData = ({ spec }: ExampleJob) => spec.podConfig.buildConfig.target === "data";
      applyShared = async () => {
        await bench.apply(...shared.filter(ofData).map((job) => here(job, onKernel)));
        // The stages above it find its layer in the cache: built at the same time, it would be another layer in each.
        await images(shared.filter(ofData).map(({ metadata }) => metadata.name));
        await bench.apply(...shared.filter((job) => !ofData(job)).map((job) => here(job, onKernel)));
      };
    });

    const images = async (of: readonly string[]): Promise<RegistryImage[]> => {
      const found: RegistryImage[] = [];
      for (const name of of) {
        const { status } = await bench.end(name, BUILT_MS);
        expect({ name, ...status }).toMatchObject({
          name,
          phase: "Succeeded",
          verdict: expect.stringMatching(/^Passed/),
        });
        const image = await imageAt(status?.buildStatus?.imageDigest ?? "");
        if (image === undefined) throw new Error(`the registry does not have the image of ${name}`);
        found.push(image);
      }
      return found;
    };
    const buildsOf = async (of: readonly string[]): Promise<Set<string | undefined>> => {
      const statuses = await Promise.all(of.map(async (name) => (await bench.job(name)).status));
      return new Set(statuses.map((status) => status?.buildStatus?.buildName));
    };

    test("need three builds, and pass", async () => {
      expect(names).toHaveLength(8);
      const found = await images(names);
      expect(new Set(found.map(({ digest }) => digest)).size).toBe(3);
      expect((await buildsOf(names)).size).toBe(3);
    });

    test("share layers where they share a Dockerfile: a third of what an image for each notebook takes", async () => {
      expect(sharedNames).toHaveLength(8);
      const own = await images(names);
      // Only now: one small node has no room for the pods of sixteen jobs.
      await applyShared();
      const shared = await images(sharedNames);
      expect((await buildsOf(sharedNames)).size).toBe(3);
      const base = await stockImage("kernel:3");
      const each = own.reduce((sum, image) => sum + added(base, [image]), 0);
      const together = added(base, own);
      const stages = added(base, shared);
      const mib = (bytes: number) => (bytes / MIB).toFixed(1);
      process.stdout.write(
        `        over their base, compressed: ${mib(each)} MiB one image each, ${mib(together)} MiB one for each tier, ` +
          `${mib(stages)} MiB as stages of one Dockerfile\n`,
      );
      expect(each / together).toBeGreaterThan(2);
      expect(each / stages).toBeGreaterThan(3);
    });
  });
}

/** Compressed bytes that these images take in a registry that has `base`. */
function added(base: RegistryImage, images: readonly RegistryImage[]): number {
  const layers = new Map(images.flatMap((image) => image.layers.map(({ digest, size }) => [digest, size] as const)));
  for (const { digest } of base.layers) layers.delete(digest);
  return [...layers.values()].reduce((sum, size) => sum + size, 0);
}

async function jobsOf(file: string): Promise<ExampleJob[]> {
  const text = await readFile(join(EXAMPLE, "jobs", `${file}.yaml`), "utf8");
  return parseAllDocuments(text).map((document) => document.toJS() as ExampleJob);
}

async function filesBelow(directory: string): Promise<Record<string, Buffer>> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return Object.fromEntries(
    await Promise.all(files.map(async (file) => [file.slice(directory.length + 1), await readFile(file)] as const)),
  );
}
