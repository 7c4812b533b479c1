import { expect, test } from "@jest/globals";
import { explore } from "./model/explore.js";

test("every interleaving of cluster, users and crashes keeps the controller's invariants, and ends", async () => {
  const depth = Number(process.env["NBV_EXPLORE_DEPTH"] ?? 10);
  const total = Number(process.env["NBV_EXPLORE_FAULTS"] ?? 2);
  const began = performance.now();
  const { states, transitions } = await explore({ total, user: total, operator: total, platform: total }, depth);
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  process.stderr.write(`exploration: depth ${depth}, ${total} adverse events, ${states} states, ${transitions} transitions, ${seconds} s\n`);
  expect(states).toBeGreaterThan(100);
}, 600_000);
