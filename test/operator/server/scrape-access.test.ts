import { describe, expect, test } from "@jest/globals";
import { KubeError, ManualClock } from "../../../src/kube/index.js";
import { MemoryCluster } from "../../../src/kube/memory/index.js";
import { ScrapeAccess } from "../../../src/operator/server/scrape-access.js";
import { SteppingClock } from "../../kube/kit/stepping-clock.js";

/** A cluster with a scraper, a stranger with an account, and a count of what it was asked. */
function aCluster() {
  const clock = new ManualClock();
  const calendar = new SteppingClock(clock);
  const state = { isOut: false, hangs: false, mayScrape: true, asked: 0, seen: [] as unknown[] };
  const cluster = new MemoryCluster({
    clock,
    intercept: async (_call, proceed) => {
      state.asked++;
      if (state.hangs) await new Promise(() => undefined);
      if (state.isOut) throw new KubeError({ reason: "ConnectionFailed", message: "no answer" });
      return proceed();
    },
    reviews: {
      token: ({ token }) =>
        token === "scraper" || token === "stranger"
          ? { authenticated: true, user: { username: token, uid: "u1", groups: ["g"], extra: { pod: ["p"] } } }
          : { authenticated: false, error: "invalid bearer token" },
      access: (spec) => {
        state.seen.push(spec);
        return { allowed: spec.user === "scraper" && state.mayScrape };
      },
    },
  });
  const errors: unknown[] = [];
  const access = new ScrapeAccess({ cluster, clock: calendar, onError: (error) => errors.push(error) });
  return { clock, calendar, state, access, errors };
}

describe("who may read metrics", () => {
  test("the bearer of a token whose account may get /metrics", async () => {
    const { access, state } = aCluster();
    expect(await access.judge("Bearer scraper")).toBe("allowed");
    expect(state.seen).toEqual([
      {
        user: "scraper",
        uid: "u1",
        groups: ["g"],
        extra: { pod: ["p"] },
        nonResourceAttributes: { path: "/metrics", verb: "get" },
      },
    ]);
    expect(await access.judge("bearer scraper")).toBe("allowed");
  });

  test("nobody without a token, with another kind of credentials, or with a token that no cluster gave", async () => {
    const { access, state } = aCluster();
    for (const header of [
      undefined,
      "",
      "Bearer",
      "Bearer ",
      "Basic c2NyYXBlcg==",
      "Bearer a b",
      `Bearer ${"x".repeat(20_000)}`,
    ])
      expect(await access.judge(header)).toBe("unknown");
    expect(state.asked).toBe(0);
    expect(await access.judge("Bearer guessed")).toBe("unknown");
  });

  test("an account without the role is known, and forbidden", async () => {
    const { access } = aCluster();
    expect(await access.judge("Bearer stranger")).toBe("forbidden");
  });

  test.each([-1, 0, 1])(
    "is asked once a minute, not at every scrape, though the calendar steps by %d h",
    async (hours) => {
      const { access, state, clock, calendar } = aCluster();
      await access.judge("Bearer scraper");
      calendar.stepMs = hours * 3_600_000;
      for (let scrape = 0; scrape < 5; scrape++) await access.judge("Bearer scraper");
      expect(state.asked).toBe(2);
      await clock.advance(60_000);
      await access.judge("Bearer scraper");
      expect(state.asked).toBe(4);
    },
  );

  test("a permission that is withdrawn holds for a minute at most, one that is given counts after ten seconds", async () => {
    const { access, state, clock } = aCluster();
    expect(await access.judge("Bearer scraper")).toBe("allowed");
    state.mayScrape = false;
    await clock.advance(60_000);
    expect(await access.judge("Bearer scraper")).toBe("forbidden");
    state.mayScrape = true;
    expect(await access.judge("Bearer scraper")).toBe("forbidden");
    await clock.advance(10_000);
    expect(await access.judge("Bearer scraper")).toBe("allowed");
  });

  test("scrapes at the same time share one question", async () => {
    const { access, state } = aCluster();
    const verdicts = await Promise.all(Array.from({ length: 20 }, () => access.judge("Bearer scraper")));
    expect(new Set(verdicts)).toEqual(new Set(["allowed"]));
    expect(state.asked).toBe(2);
  });

  test("while the API server is out, who was let in before still is, for ten minutes; strangers learn nothing", async () => {
    const { access, state, clock, errors } = aCluster();
    await access.judge("Bearer scraper");
    state.isOut = true;
    await clock.advance(5 * 60_000);
    expect(await access.judge("Bearer scraper")).toBe("allowed");
    expect(await access.judge("Bearer stranger")).toBe("unanswered");
    await clock.advance(5 * 60_000);
    expect(await access.judge("Bearer scraper")).toBe("unanswered");
    expect(errors.length).toBeGreaterThan(0);
    expect(JSON.stringify(errors)).not.toContain("scraper");
  });

  test("an API server that hangs costs a scrape five seconds at most", async () => {
    const { access, state, clock } = aCluster();
    state.hangs = true;
    const verdict = access.judge("Bearer scraper");
    await clock.advance(5_000);
    expect(await verdict).toBe("unanswered");
  });

  test("guessed tokens run out of questions, and keep nobody out who was let in before", async () => {
    const { access, state, clock } = aCluster();
    await access.judge("Bearer scraper");
    const verdicts = [];
    for (let guess = 0; guess < 2_000; guess++) verdicts.push(await access.judge(`Bearer guess${guess}`));
    expect(verdicts.filter((verdict) => verdict === "unknown").length).toBeLessThanOrEqual(20);
    expect(verdicts.at(-1)).toBe("busy");
    const before = state.asked;
    await clock.advance(60_000);
    for (let guess = 0; guess < 2_000; guess++) await access.judge(`Bearer guess${guess}`);
    expect(await access.judge("Bearer scraper")).toBe("allowed");
    expect(state.asked - before).toBeLessThanOrEqual(22);
  });
});
