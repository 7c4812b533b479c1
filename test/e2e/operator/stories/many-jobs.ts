import { describe, expect, test } from "@jest/globals";
import { aJob, Bench, cells } from "../bench.js";
import type { World } from "../world.js";

const COUNT = 50;

/** Many at once are one after the other, each with its own verdict. */
export function tellOfManyJobs(world: () => World): void {
  describe(`${COUNT} jobs at once`, () => {
    test("end right, each with one pod, and with few requests", async () => {
      const bench = await Bench.in(world(), "many");
      const { urls } = await world().git.repository({ "good.ipynb": cells("1 + 1"), "bad.ipynb": cells("1 / 0") });
      const jobs = Array.from({ length: COUNT }, (_each, index) => ({
        name: `job-${index}`,
        isGood: index % 5 !== 0,
      }));
      await bench.apply(
        ...jobs.map(({ name, isGood }) =>
          aJob(name, {
            notebook: { git: { url: urls.http, ref: "main" }, path: isGood ? "good.ipynb" : "bad.ipynb" },
            podConfig: { containerImage: world().images.notebook },
          }),
        ),
      );
      for (const { name, isGood } of jobs) {
        const { status } = await bench.end(name, 180_000);
        expect([name, status?.phase, status?.reason]).toEqual([
          name,
          isGood ? "Succeeded" : "Failed",
          isGood ? expect.any(String) : "NotebookError",
        ]);
        expect([name, status?.attempts?.length]).toEqual([name, 1]);
      }
      const asked = await bench.asked();
      const created = asked.filter(
        ({ verb, objectRef, responseStatus }) =>
          verb === "create" && objectRef?.resource === "pods" && responseStatus?.code === 201,
      );
      expect(created).toHaveLength(COUNT);
      const perJob = asked.filter(({ verb }) => verb !== "watch").length / COUNT;
      process.stderr.write(`requests per job, ${COUNT} at once: ${perJob.toFixed(2)}\n`);
      // A quiet one needs 5; those that wait for a place say so, and slow ones tell their progress.
      expect(perJob).toBeLessThan(12);
    }, 240_000);
  });
}
