import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { fetchCommit } from "../../src/operator/source/fetch-commit.js";
import type { GitPolicy } from "../../src/operator/source/git-policy.js";
import { GitSourceResolver } from "../../src/operator/source/git-source-resolver.js";
import { endlessAdvertisement, endlessRefs } from "./endless-refs.js";
import { type GitHttpServer, startGitHttpServer } from "./git-http-server.js";
import { makeRepository } from "./git-repository.js";
import { watchPeaks } from "./memory-peaks.js";
import { reasonOf } from "./reason-of.js";

const SOME_COMMIT = "1".repeat(40);
const policy: GitPolicy = { addresses: { allowLoopback: true }, limits: { askMs: 20_000, fetchMs: 30_000 } };
const never = new AbortController().signal;

let root: string;
let open: GitHttpServer;
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "nbv-memory-"));
  open = await startGitHttpServer({ root });
});
afterAll(async () => {
  await open?.close();
  rmSync(root, { recursive: true, force: true });
});

(process.platform === "linux" ? describe : describe.skip)("a server whose list of refs never ends", () => {
  const MIB = 1024 ** 2;
  const limits = { ...policy.limits, maxAskMemoryBytes: 64 * MIB, maxFetchMemoryBytes: 64 * MIB };
  const guarded = { ...policy, limits };

  test.each([
    ["protocol 1", endlessAdvertisement, "git-remote-http"],
    ["protocol 2", endlessRefs, "git"],
  ])(
    "is given up before git fills the memory (%s)",
    async (_protocol, intercept, program) => {
      const server = await startGitHttpServer({ root, intercept });
      const peaks = watchPeaks(server.base);
      const work = new GitSourceResolver(policy).resolve({ url: `${server.base}/repo`, ref: "main" }, never);
      const text = await reasonOf(work);
      const peak = peaks.stop();
      await server.close();
      expect(text).toMatch(/^SourceTooLarge: .* was given up: its list of refs is too large for 128 MiB of memory$/);
      // It was seen to grow, and not beyond.
      expect(peak.get(program)).toBeGreaterThan(16 * MIB);
      expect(Math.max(...peak.values())).toBeLessThan(128 * MIB);
    },
    30_000,
  );

  test("is given up by a fetch too", async () => {
    const server = await startGitHttpServer({ root, intercept: endlessAdvertisement });
    const into = mkdtempSync(join(root, "into-"));
    const text = await reasonOf(fetchCommit({ url: `${server.base}/repo`, commit: SOME_COMMIT, into }, guarded));
    await server.close();
    expect(text).toMatch(/^SourceTooLarge: .*list of refs.* is too large for 64 MiB/);
  }, 30_000);

  test("does not keep ordinary questions and files from the same limits", async () => {
    const { randomBytes } = await import("node:crypto");
    const heavy = makeRepository(join(root, "heavy"));
    heavy.git("config", "core.compression", "0");
    const commit = heavy.commit({ "heavy.bin": randomBytes(50 * MIB) });
    const url = `${open.base}/heavy`;
    expect(await new GitSourceResolver(guarded).resolve({ url, ref: "main" }, never)).toEqual({ commit });
    const into = mkdtempSync(join(root, "into-"));
    expect((await fetchCommit({ url, commit, into }, guarded)).bytes).toBe(50 * MIB);
  }, 60_000);
});
