import { beforeAll, describe, expect, test } from "@jest/globals";
import { aJob, Bench, cells } from "../bench.js";
import { eventually } from "../eventually.js";
import type { NodeWorld } from "../node-world.js";

/** Runs of 50 MB, each touched, so that the kernel has to give them. */
const GREEDY = cells(
  "ready = True",
  "hoard = []\nfor _ in range(16):\n    hoard.append(bytearray(b'x' * 50_000_000))\nprint(len(hoard))",
);
const SPILLING = cells(
  "with open('/scratch/spill', 'wb') as file:\n    file.write(b'x' * 30_000_000)",
  "import time\ntime.sleep(600)",
);
/** The kubelet measures volumes every 10 s to a minute. */
const EVICTION_MS = 150_000;

/** What the kernel and the kubelet do to pods that take too much. */
export function tellOfKilledPods(world: () => NodeWorld): void {
  describe("a notebook that takes too much", () => {
    let bench: Bench;

    beforeAll(async () => {
      bench = await Bench.in(world(), "greedy");
      const { urls } = await world().git.repository({ "greedy.ipynb": GREEDY, "spilling.ipynb": SPILLING });
      const job = (name: string, path: string, spec: { podConfig: object; retryPolicy?: object }) =>
        aJob(name, {
          notebook: { git: { url: urls.http, ref: "main" }, path },
          ...spec,
          podConfig: { containerImage: world().images.notebook, ...spec.podConfig },
        });
      const memory = (limit: string) => ({
        resources: { requests: { cpu: "10m", memory: "64Mi" }, limits: { memory: limit } },
      });
      await bench.apply(
        job("oom", "greedy.ipynb", { podConfig: memory("256Mi") }),
        job("spill", "spilling.ipynb", {
          podConfig: {
            ...memory("512Mi"),
            volumes: [{ name: "scratch", emptyDir: { sizeLimit: "8Mi" } }],
            volumeMounts: [{ name: "scratch", mountPath: "/scratch" }],
          },
          retryPolicy: { enabled: false },
        }),
      );
    });

    test("memory: the kernel's kill is named, with the cell, and not repeated", async () => {
      const { status } = await bench.end("oom");
      expect(status).toMatchObject({ phase: "Failed", reason: "OOMKilled", lastErrorType: "permanent" });
      expect(status?.attempts).toHaveLength(1);
      expect(status?.message).toMatch(/256Mi|memory/i);
      expect(status?.results?.[0]).toMatchObject({ cellIndex: 0, status: "Success" });
      expect(status?.results?.find(({ cellIndex }) => cellIndex === 1)?.status).not.toBe("Success");
    });

    test("disk: the eviction is named within seconds, with its volume", async () => {
      let evictedAt = 0;
      await eventually("the eviction", EVICTION_MS, async () => {
        const pod = (await bench.pods()).find(({ metadata }) => metadata.name.startsWith("spill-"));
        evictedAt = performance.now();
        return pod?.status?.reason === "Evicted" ? true : undefined;
      });
      const { status } = await bench.end("spill");
      expect(performance.now() - evictedAt).toBeLessThan(10_000);
      expect(status).toMatchObject({ phase: "Failed" });
      expect(status?.reason).toMatch(/^(?:Evicted|EphemeralStorageExceeded)$/);
      expect(status?.message).toMatch(/scratch/);
      // Its path is warned of, being absolute; what the platform took away is no fault of a cell.
      expect(status?.results?.[0]).toMatchObject({ cellIndex: 0, status: "Warning" });
    }, 200_000);
  });
}
