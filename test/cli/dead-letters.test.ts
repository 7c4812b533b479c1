import { describe, expect, test } from "@jest/globals";
import { deadLetters, deadLetterTable, deadLetterValues } from "../../src/cli/dead-letter-list.js";
import { seenJob } from "../../src/cli/seen-job.js";
import { clusterJob, NOW, STATUSES } from "./cluster-jobs.js";

const at = (secondsAgo: number) => new Date(NOW - secondsAgo * 1000).toISOString();
const JOBS = [
  clusterJob("old", { ...STATUSES.failed, completionTime: at(7200), failureReason: "OOMKilled" }),
  clusterJob("fine", STATUSES.succeeded),
  clusterJob("fresh", { ...STATUSES.failed, failureReason: "NotebookError" }),
  clusterJob("waits", { ...STATUSES.waiting, lastErrorAt: at(600), failureReason: "ImagePullBackOff" }),
  clusterJob("runs", STATUSES.running),
  // As the Go operator leaves them.
  clusterJob("foreign", { phase: "Failed", message: "Validation failed after 3 retries: OOMKilled" }),
].map(seenJob);
const names = (jobs: ReturnType<typeof deadLetters>) => jobs.map(({ metadata }) => metadata.name);

describe("the list of dead letters", () => {
  test("holds failed jobs, whoever left them, the newest failure first", () =>
    expect(names(deadLetters(JOBS, { includeRetrying: false }))).toEqual(["fresh", "old", "foreign"]));

  test("holds those that wait for their next attempt on demand, in the order of their failures", () =>
    expect(names(deadLetters(JOBS, { includeRetrying: true }))).toEqual(["fresh", "waits", "old", "foreign"]));

  test("is a table with what each failed for", () => {
    const jobs = deadLetters(JOBS, { includeRetrying: true });
    expect(deadLetterTable(jobs, { namespaces: true, now: NOW, stream: {} }).split("\n")).toEqual([
      "NAMESPACE   NAME      PHASE      REASON             FAULT   RETRIES   FAILED    MESSAGE",
      "team-a      fresh     Failed     NotebookError      user    1         60s ago   Cell 1 raised KeyError: 'price'.",
      "team-a      waits     Retrying   ImagePullBackOff           1         10m ago   The image can't be pulled. Retry 1 of 3 follows",
      "team-a      old       Failed     OOMKilled          user    1         2h ago    Cell 1 raised KeyError: 'price'.",
      "team-a      foreign   Failed                                0                   Validation failed after 3 retries: OOMKilled",
      "",
    ]);
  });

  test("is a value for machines", () => {
    expect(deadLetterValues(deadLetters(JOBS, { includeRetrying: false }))).toMatchObject({
      deadLetters: [
        { name: "fresh", namespace: "team-a", reason: "NotebookError", deadLetter: "PermanentError", retryCount: 1 },
        { name: "old", failedAt: at(7200) },
        { name: "foreign", retryCount: 0 },
      ],
    });
  });

  test("shows no secret that an older operator left in a message", () => {
    const token = `ghp_${"a1B2".repeat(9)}`;
    const jobs = [seenJob(clusterJob("leak", { phase: "Failed", message: `clone of https://x:${token}@h/r failed` }))];
    const text = deadLetterTable(jobs, { namespaces: false, now: NOW, stream: {} });
    expect(text + JSON.stringify(deadLetterValues(jobs))).not.toContain(token);
    expect(text).toContain("clone of https://");
  });
});
