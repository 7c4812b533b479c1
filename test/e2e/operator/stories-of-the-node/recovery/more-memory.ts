import { beforeAll, describe, expect, test } from "@jest/globals";
import { aJob, Bench, cells } from "../../bench.js";
import type { NodeWorld } from "../../node-world.js";

/** 400 MB, each page touched, so that the kernel has to give it. */
const GREEDY = cells("ready = True", "hoard = [bytearray(b'x' * 50_000_000) for _ in range(8)]\nprint(len(hoard))");

/** A kill for want of memory is worth another attempt only with more of it. */
export function tellOfMoreMemory(world: () => NodeWorld): void {
  describe("a notebook that was killed for want of memory", () => {
    let bench: Bench;

    beforeAll(async () => {
      bench = await Bench.in(world(), "memory");
      const { urls } = await world().git.repository({ "nb.ipynb": GREEDY });
      await bench.apply(
        aJob("bumped", {
          notebook: { git: { url: urls.http, ref: "main" }, path: "nb.ipynb" },
          podConfig: {
            containerImage: world().images.notebook,
            resources: { requests: { cpu: "10m", memory: "64Mi" }, limits: { memory: "256Mi" } },
          },
          retryPolicy: { memoryBump: { factor: 4, max: "768Mi" } },
        }),
      );
    });

    test("passes with more, where its job allows that", async () => {
      const { status } = await bench.end("bumped");
      expect(status).toMatchObject({
        phase: "Succeeded",
        recoveryAttempts: 1,
        retryCount: 0,
        recovery: { actions: [{ action: "increase-memory", reason: "OOMKilled", detail: "256Mi → 768Mi" }] },
        attempts: [{ outcome: expect.stringMatching(/^Passed/) }, { reason: "OOMKilled", action: "increase-memory" }],
      });
      expect(status?.message).toMatch(
        /Attempted recovery: more memory \(256Mi → 768Mi\)\. Result: the notebook passed/,
      );
      const limits = (await bench.pods()).map(({ spec }) => spec?.containers[0]?.resources?.limits?.["memory"]);
      expect(limits.sort()).toEqual(["256Mi", "768Mi"]);
      const told = (await bench.events()).filter(({ message }) => /more memory/.test(message ?? ""));
      expect(told.filter(({ type }) => type === "Warning")).toHaveLength(1);
    });
  });
}
