import { expect, test } from "@jest/globals";
import { RunProgress } from "../../src/cli/run-progress.js";
import { seenJob } from "../../src/cli/seen-job.js";
import { clusterJob } from "./cluster-jobs.js";

test("a retry is told with its reason, and without a secret that an older operator left in it", () => {
  const token = `${"ghp"}_${"a1".repeat(18)}`;
  const lines: string[] = [];
  const progress = new RunProgress({ write: (text) => lines.push(text) });
  const job = seenJob(
    clusterJob("train", { phase: "Retrying", message: `git clone https://${token}@git.example.com/a.git failed` }),
  );
  progress.show(job);
  progress.show(job);
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatch(/^· Retrying: git clone .*git\.example\.com\/a\.git failed\n$/);
  expect(lines[0]).not.toContain(token);
});
