import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "@jest/globals";
import { cells, type JobStatus } from "../../bench.js";
import { aBuildJob, BUILT_MS, BuildBench, imageAt } from "../../build-bench.js";
import { type NodeWorld, REGISTRY } from "../../node-world.js";
import type { WorldRepository } from "../../world.js";
import { expectStandIn } from "./expect-stand-in.js";

/** A kubelet says both, in turns. */
const FAILED_PULL = expect.stringMatching(/^(?:ErrImagePull|ImagePullBackOff)$/);

/** Images that were there when they were chosen, or built, and that no node gets. */
export function tellOfLostImages(world: () => NodeWorld): void {
  describe("a built image that its registry has lost", () => {
    let bench: BuildBench;
    let repository: WorldRepository;
    let first: JobStatus | undefined;
    const job = (name: string, spec: object = {}) =>
      aBuildJob(name, repository, {}, { podConfig: { containerImage: world().images.notebook }, ...spec });
    const builtImage = () => first?.buildStatus?.imageDigest ?? "";
    const ended = async (name: string) => {
      const from = performance.now();
      const { status } = await bench.end(name, BUILT_MS);
      process.stdout.write(`        ${name}: passed after ${((performance.now() - from) / 1000).toFixed(1)} s\n`);
      return status;
    };

    beforeAll(async () => {
      const { git, packages } = world();
      bench = await BuildBench.of(world(), "lost");
      await packages.make("nbv-lost", "1.0");
      repository = await git.repository({
        "nb.ipynb": cells("import importlib.util\nprint('own:', importlib.util.find_spec('nbv_lost') is not None)"),
        "requirements.txt": "nbv-lost==1.0\n",
      });
      await bench.apply(job("first"));
      first = (await bench.end("first", BUILT_MS)).status;
    }, BUILT_MS);

    test("for the node alone is replaced by the pre-built one, with a warning, where no retry is left", async () => {
      await world().containers.forgetImage(digestOf(builtImage()));
      const restore = await misdirectPulls(world().state);
      let status: JobStatus | undefined;
      try {
        await bench.apply(job("hasty", { retryPolicy: { maxRetries: 0 } }));
        status = await ended("hasty");
      } finally {
        await restore();
      }
      expectStandIn(status, world().images.notebook, FAILED_PULL);
      expect(status?.retryCount).toBe(0);
      expect(status?.attempts?.slice(1).map(({ image }) => image)).toEqual([builtImage()]);
      expect(status?.results?.[0]?.output).toContain("own: False");
      expect(status?.buildStatus?.recommendedImage).toBeUndefined();
      expect(status?.buildStatus?.published ?? false).toBe(false);
    });

    test("is built again for the next run", async () => {
      const [, path = ""] = /^[^/]+\/([^@]+)@/.exec(builtImage()) ?? [];
      const url = `http://${REGISTRY}/v2/${path}/manifests/${digestOf(builtImage())}`;
      expect((await fetch(url, { method: "DELETE" })).status).toBe(202);
      await bench.apply(job("next"));
      const status = await ended("next");
      expect(status).toMatchObject({ phase: "Succeeded", recoveryAttempts: 0 });
      expect(status?.results?.[0]?.output).toContain("own: True");
      expect(status?.buildStatus?.buildName).not.toBe(first?.buildStatus?.buildName);
      expect(await imageAt(status?.buildStatus?.imageDigest ?? "")).toBeDefined();
    });
  });
}

function digestOf(reference: string): string {
  return reference.slice(reference.indexOf("@") + 1);
}

/**
 * Sends the node's pulls to a mirror that has nothing. Its runtime reads this file before every pull.
 * @param state directory of the cluster
 * @returns undoes it
 */
async function misdirectPulls(state: string): Promise<() => Promise<void>> {
  const file = join(state, "certs.d", REGISTRY, "hosts.toml");
  const before = await readFile(file, "utf8");
  const mirror = `http://${REGISTRY}/v2/empty-mirror`;
  const lines = [
    `server = "${mirror}"`,
    `[host."${mirror}"]`,
    '  capabilities = ["pull", "resolve"]',
    "  override_path = true",
  ];
  await writeFile(file, `${lines.join("\n")}\n`);
  return () => writeFile(file, before);
}
