import { describe, expect, test } from "@jest/globals";
import { ManualClock } from "../../src/kube/manual-clock.js";
import type { BranchesRequest } from "../../src/operator/branch-reader.js";
import { SourceError } from "../../src/operator/source-resolver.js";
import { aFollowDesk, INTERVAL, MINUTE, URL } from "./a-follow-desk.js";

describe("a desk that follows the branches of many", () => {
  test("asks only so many repositories at a time", async () => {
    const answers: (() => void)[] = [];
    const reader = {
      branches: () => new Promise<Map<string, string>>((resolve) => answers.push(() => resolve(new Map()))),
    };
    const { desk, clock, start, job } = aFollowDesk({ reader, concurrency: 2 });
    for (const name of ["x", "y", "z"]) {
      const notebook = { url: `https://git.example.com/${name}.git`, ref: "main", commit: "a" };
      desk.watch(job(name, { notebook, resolvedAt: start - INTERVAL }));
    }
    await clock.advance(0);
    expect(answers).toHaveLength(2);
    answers[0]?.();
    await clock.advance(0);
    expect(answers).toHaveLength(3);
    desk.stop();
  });

  test("keeps nobody waiting for another namespace's remotes that never answer", async () => {
    const good: number[] = [];
    const reader = {
      branches: ({ url }: BranchesRequest) => {
        if (url.includes("silent")) return new Promise<never>(() => undefined);
        good.push(clock.now());
        return Promise.resolve(new Map([["main", "a"]]));
      },
    };
    const { desk, clock, job } = aFollowDesk({ reader });
    // The good repository is followed by the other namespace as well, and first.
    desk.watch(job("b", { namespace: "team-b" }));
    desk.watch(job("a"));
    for (let number = 0; number < 60; number += 1) {
      const notebook = { url: `https://silent.example.com/${number}.git`, ref: "main", commit: "a" };
      desk.watch(job(`silent-${number}`, { namespace: "team-b", notebook }));
    }
    for (let minutes = 0; minutes < 60; minutes += 1) await clock.advance(MINUTE);
    const gaps = good.slice(1).map((at, index) => at - (good[index] ?? 0));
    expect(good.length).toBeGreaterThanOrEqual(11);
    expect(Math.max(...gaps)).toBeLessThanOrEqual(INTERVAL + MINUTE);
    desk.stop();
  });

  test("keeps nobody from an answer who follows a thousand references of the same repository", async () => {
    const slow = new ManualClock();
    const branches = async ({ refs }: BranchesRequest, signal: AbortSignal): Promise<Map<string, string>> => {
      await slow.sleep(1_000 * Math.ceil(refs.length / 100), signal);
      return new Map(refs.flatMap((ref) => (ref === "main" ? [[ref, "b"]] : [])));
    };
    const { desk, clock, moved, errors, job } = aFollowDesk({ reader: { branches } }, slow);
    desk.watch(job("one"));
    for (let each = 0; each < 2_000; each++) {
      const notebook = { url: URL, ref: `nowhere-${each}`, commit: "a" };
      desk.watch(job(`crowd-${each}`, { namespace: "team-b", notebook }));
    }
    await clock.advance(INTERVAL + MINUTE);
    expect(moved).toEqual(["one"]);
    expect(errors).toEqual([]);
    desk.stop();
  });

  test("keeps what it knows of references about which it gets no answer, and tells of the others", async () => {
    const refs = Array.from({ length: 150 }, (_, index) => `branch-${String(index).padStart(3, "0")}`);
    const git = { commit: "a", silent: "" };
    const branches = async ({ refs: some }: BranchesRequest): Promise<Map<string, string>> => {
      if (some.includes(git.silent)) throw new SourceError("GitNetwork", "connection reset");
      return new Map(some.map((ref) => [ref, git.commit]));
    };
    const { desk, clock, moved, errors, job } = aFollowDesk({ reader: { branches } });
    for (const ref of refs) desk.watch(job(ref, { notebook: { url: URL, ref, commit: "a" } }));
    await clock.advance(INTERVAL);
    Object.assign(git, { commit: "b", silent: "branch-000" });
    await clock.advance(INTERVAL);
    expect(moved).toEqual(refs.slice(100));
    await clock.advance(INTERVAL);
    expect(errors).toEqual(["connection reset"]);
    git.silent = "";
    await clock.advance(INTERVAL);
    expect([...new Set(moved)].sort()).toEqual(refs);
    desk.stop();
  });
});
