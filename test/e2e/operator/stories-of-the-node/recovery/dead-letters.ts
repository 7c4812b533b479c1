import { beforeAll, describe, expect, test } from "@jest/globals";
import {
  ANNOTATION_RETRY_REQUESTED,
  ANNOTATION_RETRY_RESET_COUNT,
  LABEL_DEAD_LETTER,
} from "../../../../../src/api/index.js";
import { aJob, Bench, cells, condition } from "../../bench.js";
import { eventually } from "../../eventually.js";
import type { NodeWorld } from "../../node-world.js";
import { mustSucceed } from "../../run-command.js";
import { askNbv, storyOf } from "./ask-nbv.js";

const JOBS = ["by-kubectl", "by-nbv"] as const;
const ENV = [{ name: "OPEN", valueFrom: { configMapKeyRef: { name: "door", key: "open" } } }];

/** Jobs that were given up come back when somebody asks for it. */
export function tellOfDeadLetters(world: () => NodeWorld): void {
  describe("a job that was given up", () => {
    let bench: Bench;
    const door = (open: string) => ({
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "door" },
      data: { open },
    });
    const nbv = (...words: string[]) => askNbv(world(), bench.namespace, ...words);
    /** Waits until these jobs, and no others, are selected by the label of dead letters. */
    const labelled = (...names: string[]) =>
      eventually(`the label of ${names.join(" and ") || "none"}`, 20_000, async () => {
        const selection = ["get", "nvj", "-l", `${LABEL_DEAD_LETTER}=true`, "-o", "jsonpath={.items[*].metadata.name}"];
        const { stdout } = await mustSucceed(bench.kubectl(selection));
        return stdout === names.join(" ") ? true : undefined;
      });

    beforeAll(async () => {
      bench = await Bench.in(world(), "given-up");
      const notebook = cells("import os\nassert os.environ['OPEN'] == 'yes', 'the door is shut'");
      const { urls } = await world().git.repository({ "nb.ipynb": notebook });
      const spec = {
        notebook: { git: { url: urls.http, ref: "main" }, path: "nb.ipynb" },
        podConfig: { containerImage: world().images.notebook, env: ENV },
      };
      await bench.apply(door("no"), ...JOBS.map((name) => aJob(name, spec)));
    });

    test("is a dead letter: labelled, listed, and with what to do", async () => {
      for (const name of JOBS) {
        const { status } = await bench.end(name);
        expect(status).toMatchObject({ phase: "Failed", reason: "NotebookError", retryCount: 0 });
        expect(condition(status, "DeadLettered")).toBe("True PermanentError");
      }
      await labelled(...JOBS);
      const { code, stdout } = await nbv("dead-letters");
      expect(code).toBe(0);
      for (const name of JOBS)
        expect(stdout).toMatch(new RegExp(`^${name} +Failed +NotebookError +user +0 .*ago`, "m"));
      expect(await storyOf(world(), bench.namespace, "by-nbv")).toContain(
        `a changed spec starts a new run; the same once more: nbv retry by-nbv -n ${bench.namespace}`,
      );
    });

    test("gets one more attempt from `nbv retry`, which is refused once it has passed", async () => {
      await bench.apply(door("yes"));
      const { code, stdout } = await nbv("retry", "by-nbv", "--watch");
      expect({ code, stdout }).toMatchObject({ code: 0 });
      expect(stdout).toMatch(/ ago +attempt 1 +Failed \(run\): NotebookError: .*the door is shut/);
      expect(stdout).toMatch(/ ago +attempt 2 +Passed/);
      const { status } = await bench.job("by-nbv");
      expect(status).toMatchObject({ phase: "Succeeded", runCount: 1, retryCount: 0 });
      expect(condition(status, "DeadLettered")).toMatch(/^False /);
      await labelled("by-kubectl");
      expect((await nbv("dead-letters")).stdout).not.toContain("by-nbv");
      const again = await nbv("retry", "by-nbv");
      expect(again).toMatchObject({ code: 1, stderr: expect.stringContaining("nothing to retry") });
    });

    test("gets a new run from an annotation, with a full budget", async () => {
      const now = new Date().toISOString().replace(/\.\d+/, "");
      const annotations = [`${ANNOTATION_RETRY_REQUESTED}=${now}`, `${ANNOTATION_RETRY_RESET_COUNT}=true`];
      await mustSucceed(bench.kubectl(["annotate", "nvj/by-kubectl", "--overwrite", ...annotations]));
      const { status } = await bench.until("by-kubectl", "its second run", ({ phase }) => phase === "Succeeded");
      expect(status).toMatchObject({ runCount: 2, retryCount: 0, lastHandledRetryRequest: now });
      await labelled();
      const { code, stdout, stderr } = await nbv("dead-letters");
      expect({ code, stdout }).toEqual({ code: 0, stdout: "" });
      expect(stderr).toContain("has failed in namespace");
    });
  });
}
