import { beforeAll, describe, expect, test } from "@jest/globals";
import { aJob, aSecret, Bench, cells } from "../bench.js";
import { FOLLOW_INTERVAL_MS, type World } from "../world.js";

/** From a push, through a real Git server, to the verdict about it. */
export function tellOfPushes(world: () => World): void {
  describe("after a push", () => {
    let bench: Bench;
    const follower = (name: string, url: string, git: object = {}) =>
      aJob(name, {
        notebook: { git: { url, ref: "main", follow: true, ...git }, path: "nb.ipynb" },
        podConfig: { containerImage: world().images.notebook },
        retryPolicy: { enabled: false },
      });
    const isAbout = (commit: string) => (status: { source?: { commit?: string | undefined } | undefined }) =>
      status.source?.commit === commit;

    beforeAll(async () => {
      bench = await Bench.in(world(), "pushes");
    });

    test("a job that follows the branch runs again by itself, about that commit", async () => {
      const repository = await world().git.repository({ "nb.ipynb": cells("assert False, 'a mistake'") });
      await bench.apply(follower("interval", repository.urls.http));
      expect((await bench.end("interval")).status).toMatchObject({ phase: "Failed", reason: "NotebookError" });
      const commit = await repository.change({ "nb.ipynb": cells("'mended'") });
      await bench.until("interval", "a run about the push", isAbout(commit), FOLLOW_INTERVAL_MS + 30_000);
      const { status } = await bench.end("interval");
      expect(status).toMatchObject({ phase: "Succeeded", source: { commit, ref: "main" }, runCount: 2, retryCount: 0 });
      expect(status?.attempts?.map(({ outcome }) => outcome)).toEqual([status?.verdict, "Failed"]);
      const told = await bench.eventsOf("interval", "Succeeded");
      expect(told.map(({ reason }) => reason)).toEqual(["NotebookError", "SourceChanged", "Succeeded"]);
    });

    test("a hook that annotates the job has it looked at within seconds, also in a private repository", async () => {
      const { git } = world();
      const repository = await git.repository({ "nb.ipynb": cells("1 + 1") });
      await bench.apply(
        aSecret("login", git.login, "kubernetes.io/basic-auth"),
        follower("hooked", repository.urls.privateHttps, { credentialsSecret: "login" }),
      );
      await bench.end("hooked");
      const commit = await repository.change({ "nb.ipynb": cells("2 + 2") });
      const pushedAt = Date.now();
      await bench.kubectl(["annotate", "nvj", "hooked", "--overwrite", `mlops.dev/source-changed=${commit}`]);
      await bench.until("hooked", "a run about the push", isAbout(commit), 10_000);
      expect(Date.now() - pushedAt).toBeLessThan(10_000);
      expect((await bench.end("hooked")).status).toMatchObject({ phase: "Succeeded", source: { commit } });
    });

    test("a job that does not follow stays with its commit, whatever is annotated", async () => {
      const repository = await world().git.repository({ "nb.ipynb": cells("1 + 1") });
      await bench.apply(follower("fixed", repository.urls.http, { follow: false }));
      const first = await bench.end("fixed");
      const commit = await repository.change({ "nb.ipynb": cells("2 + 2") });
      await bench.kubectl(["annotate", "nvj", "fixed", "--overwrite", `mlops.dev/source-changed=${commit}`]);
      // Long enough for a question, had there been one.
      await new Promise((resolve) => setTimeout(resolve, 3_000));
      const { status } = await bench.job("fixed");
      expect(status).toMatchObject({ runCount: 1, source: { commit: first.status?.source?.commit ?? "" } });
    });

    test("that comes while a run is under way, that run gives way to one about it", async () => {
      const slow = cells("'begun'", "import time\ntime.sleep(300)");
      const repository = await world().git.repository({ "nb.ipynb": slow });
      await bench.apply(follower("overtaken", repository.urls.http));
      await bench.until("overtaken", "a first cell", ({ results }) => (results?.length ?? 0) > 0);
      const commit = await repository.change({ "nb.ipynb": cells("'fast'") });
      await bench.kubectl(["annotate", "nvj", "overtaken", `mlops.dev/source-changed=${commit}`]);
      await bench.until("overtaken", "a run about the push", isAbout(commit), 10_000);
      const { status } = await bench.end("overtaken");
      expect(status).toMatchObject({ phase: "Succeeded", runCount: 2, retryCount: 0 });
      expect(status?.attempts?.map(({ outcome, reason }) => [outcome, reason])).toContainEqual([
        "Cancelled",
        "SourceChanged",
      ]);
    });
  });
}
