import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "@jest/globals";
import { ANNOTATION_SOURCE_CHANGED } from "../../../../../src/api/index.js";
import { aJob, Bench, cells, type JobStatus } from "../../bench.js";
import type { NodeWorld } from "../../node-world.js";
import { mustSucceed, runCommand } from "../../run-command.js";
import type { GitWorld, WorldRepository } from "../../world.js";

/** From a push to the end of the run that it starts, when the operator is told of it. */
const TOLD_MS = 30_000;

/** Push, and it is validated. */
export function tellOfPushedBranches(world: () => NodeWorld): void {
  describe("a job that follows a branch which somebody pushes to", () => {
    let bench: Bench;
    let repository: WorldRepository;

    beforeAll(async () => {
      bench = await Bench.in(world(), "following");
      repository = await world().git.repository({ "nb.ipynb": cells("print('at first')") });
      repository.git("config", "receive.denyCurrentBranch", "updateInstead");
      await bench.apply(
        aJob("following", {
          notebook: { git: { url: repository.urls.http, ref: "main", follow: true }, path: "nb.ipynb" },
          podConfig: { containerImage: world().images.notebook },
        }),
      );
      const { status } = await bench.end("following");
      expect(status).toMatchObject({ phase: "Succeeded", runCount: 1, source: { commit: repository.commit } });
    });

    test("starts a new run on what was pushed, as soon as it is told of the push", async () => {
      const commit = await push(world().git, repository, { "nb.ipynb": cells("print('pushed')") });
      const from = performance.now();
      await mustSucceed(bench.kubectl(["annotate", "nvj/following", `${ANNOTATION_SOURCE_CHANGED}=${commit}`]));
      const isOver = ({ phase, source }: JobStatus) => source?.commit === commit && phase === "Succeeded";
      const { status } = await bench.until("following", `a run on ${commit}`, isOver, TOLD_MS);
      const seconds = (performance.now() - from) / 1000;
      expect(status).toMatchObject({ runCount: 2, retryCount: 0 });
      expect(status?.results?.[0]?.output).toContain("pushed");
      process.stdout.write(`        a push by ssh: validated after ${seconds.toFixed(1)} s\n`);
    });
  });
}

/** Clones a repository by ssh, commits to its main branch, and pushes that. @returns the commit */
async function push(git: GitWorld, { urls }: WorldRepository, files: Record<string, string>): Promise<string> {
  if (git.sshKey === undefined || urls.ssh === undefined) throw new Error("the node's world has an sshd");
  const directory = await mkdtemp(join(tmpdir(), "nbv-push-"));
  try {
    const [key, hosts] = [join(directory, "key"), join(directory, "known_hosts")];
    await writeFile(key, git.sshKey.privateKey, { mode: 0o600 });
    await writeFile(hosts, git.sshKey.knownHosts);
    const ssh = `core.sshCommand=ssh -i ${key} -o IdentitiesOnly=yes -o UserKnownHostsFile=${hosts}`;
    const person = ["-c", "user.name=Ada", "-c", "user.email=ada@example.com"];
    const tree = join(directory, "tree");
    const run = (...words: string[]) => mustSucceed(runCommand(["git", "-c", ssh, ...person, ...words]));
    await run("clone", "--quiet", urls.ssh, tree);
    for (const [name, text] of Object.entries(files)) await writeFile(join(tree, name), text);
    await run("-C", tree, "commit", "--quiet", "--all", "--message=Change");
    await run("-C", tree, "push", "--quiet", "origin", "HEAD:main");
    return (await run("-C", tree, "rev-parse", "HEAD")).stdout.trim();
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
