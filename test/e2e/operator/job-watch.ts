import type { NotebookValidationJob } from "../../../src/api/index.js";
import { NOTEBOOK_VALIDATION_JOBS } from "../../../src/kube/index.js";
import type { Bench, JobStatus } from "./bench.js";

/** Everything that a watch tells of the jobs of one namespace. */
export class JobWatch {
  private readonly seen: NotebookValidationJob[] = [];

  /** Begins to watch. Ends by itself, when time or the world is over. */
  static async of(bench: Bench): Promise<JobWatch> {
    const { cluster } = bench.world;
    const { namespace } = bench;
    const { resourceVersion } = await cluster.list(NOTEBOOK_VALIDATION_JOBS, { namespace });
    const watch = new JobWatch();
    const events = cluster.watch(NOTEBOOK_VALIDATION_JOBS, { namespace, resourceVersion, timeoutSeconds: 120 });
    void (async () => {
      try {
        for await (const event of events) {
          if (event.type !== "Bookmark") watch.seen.push(event.object as NotebookValidationJob);
        }
      } catch {
        // The world has ended; what was seen is what is asked about.
      }
    })();
    return watch;
  }

  /** The statuses that a job went through, up to one that is as `last` wants it. */
  async statuses(name: string, last: (status: JobStatus) => boolean): Promise<JobStatus[]> {
    for (let attempt = 0; attempt < 100; attempt += 1) {
      const all = this.seen.filter(({ metadata }) => metadata.name === name).map(({ status }) => status ?? {});
      if (all.some(last)) return all;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error(`the watch has not seen the end of ${name}`);
  }
}
