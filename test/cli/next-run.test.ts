import { describe, expect, test } from "@jest/globals";
import { ANNOTATION_RETRY_REQUESTED, parseSpec, specHash } from "../../src/api/index.js";
import { jobStory } from "../../src/cli/job-story.js";
import { seenJob } from "../../src/cli/seen-job.js";
import { withoutGonePod } from "../../src/cli/without-gone-pod.js";
import { KubeError } from "../../src/kube/index.js";
import { clusterJob, NOW, STATUSES } from "./cluster-jobs.js";

const story = (status: object, spec: object = {}) =>
  jobStory(seenJob(clusterJob("train", { ...STATUSES.failed, ...status }, spec)), NOW, {});

const WAIT = { since: "2026-11-21T09:00:00Z", until: "2026-11-22T09:00:00Z" };

/** Of the spec that {@link clusterJob} gives. */
function hashOf(spec: object): string {
  const parsed = parseSpec(clusterJob("train", {}, spec).spec);
  if (!parsed.ok) throw new Error("no spec");
  return specHash(parsed.spec);
}

describe("a failed job's next step", () => {
  test("is a new run where a changed spec starts none", () => {
    const off = { retryPolicy: { retryOnSpecChange: false } };
    const text = story({ specHash: hashOf(off) }, off);
    expect(text).not.toContain("a changed spec starts a new run");
    expect(text).toContain("then ask for a new run: nbv retry train -n team-a --reset-count");
    const changed = story({ specHash: hashOf(off) }, { ...off, validationTimeout: "5m" });
    expect(changed).toContain(
      "to run it as its spec is now, ask for a new run: nbv retry train -n team-a --reset-count",
    );
    expect(changed).toMatch(/spec: +changed since this run/);
  });

  test("is only to bring what it waited for where it then runs by itself", () => {
    const volumes = [{ name: "late", secret: { secretName: "late" } }];
    const waitingFor = { kind: "Secret", name: "late", reason: "SecretMissing", since: "2026-11-20T00:00:00Z" };
    const failed = { failureReason: "SecretMissing", lastErrorType: "transient", waitingFor };
    const text = story(
      { ...failed, waitingFor: { ...waitingFor, until: "2026-11-21T00:00:00Z" } },
      { podConfig: { volumes } },
    );
    expect(text).toContain("a new run then begins by itself; or have it tried at once: nbv retry train");
    const off = { podConfig: { volumes }, retryPolicy: { retryWhenResolved: false } };
    expect(story({ ...failed, waitingFor: { ...waitingFor, until: "2026-11-21T00:00:00Z" } }, off)).toContain(
      "then run it again: nbv retry train",
    );
  });

  test("is to raise the job's own limit, too, where that cut the wait short", () => {
    const waitingFor = { kind: "Registry", reason: "RegistryUnavailable", since: "2026-11-21T09:58:46Z" };
    const failed = { failureReason: "RegistryUnavailable", startTime: "2026-11-21T09:58:40Z", waitingFor };
    const short = { totalTimeout: "20s" };
    expect(story(failed, short)).toContain(
      "→ or have it wait longer: raise spec.totalTimeout, which was over after 20s; a changed spec starts a new run\n",
    );
    const off = { ...short, retryPolicy: { retryOnSpecChange: false } };
    expect(story({ ...failed, specHash: hashOf(off) }, off)).toContain(
      "which was over after 20s, and ask for a new run: nbv retry train -n team-a --reset-count",
    );
    for (const spec of [{}, { totalTimeout: "21s" }]) expect(story(failed, spec)).not.toContain("totalTimeout");
  });

  test("is none but to see after the operator while a request for a retry is unanswered", () => {
    const asked = "2026-11-21T10:00:00.000Z";
    const told = `→ a retry was asked for at ${asked}; no operator has answered yet; is one running? kubectl get pods`;
    const storyOf = (status: object) => {
      const job = clusterJob("train", status);
      return jobStory(
        seenJob({ ...job, metadata: { ...job.metadata, annotations: { [ANNOTATION_RETRY_REQUESTED]: asked } } }),
        NOW,
        {},
      );
    };
    const waitingFor = { kind: "Registry", reason: "RegistryUnavailable", ...WAIT };
    const holding = { ...STATUSES.waiting, reason: waitingFor.reason, waitingFor };
    for (const status of [STATUSES.failed, STATUSES.waiting, holding]) {
      expect(storyOf(status)).toContain(told);
      expect(storyOf(status)).not.toContain("nbv retry");
      const answered = storyOf({ ...status, lastHandledRetryRequest: asked });
      expect(answered).not.toContain("was asked for");
      expect(answered).toContain("nbv retry");
    }
    expect(storyOf(holding)).toContain("→ see whether the registry answers");
  });

  test("is to correct the image's name, too, where the job itself names the image that is not there", () => {
    const image = "r.example.com/mispelt:1";
    const waitingFor = { kind: "Image", reason: "ImagePullBackOff", name: image, ...WAIT };
    const advice = "access to it, or correct spec.podConfig.containerImage; ";
    const own = { podConfig: { containerImage: image } };
    const holding = { ...STATUSES.waiting, reason: "ImagePullBackOff", waitingFor };
    expect(jobStory(seenJob(clusterJob("train", holding, own)), NOW, {})).toContain(advice);
    expect(story({ failureReason: "ImagePullBackOff", waitingFor }, own)).toContain(advice);
    const built = { waitingFor: { ...waitingFor, name: "registry/built@sha256:0" }, failureReason: "ImagePullBackOff" };
    expect(story(built, own)).not.toContain("containerImage");
  });

  test("is to push the branch that it follows", () => {
    const git = { url: "https://git.example.com/a.git", ref: "topic", follow: true };
    const text = story({ failureReason: "GitRefNotFound", source: undefined }, { notebook: { git, path: "a.ipynb" } });
    expect(text).toContain("→ push topic: a new run then begins by itself");
  });
});

test("a pod that is gone is neither shown nor asked for its log", async () => {
  const job = seenJob(clusterJob("train", STATUSES.failed));
  const failing = (reason: "NotFound" | "Forbidden") => ({
    cluster: { get: () => Promise.reject(new KubeError({ reason, message: reason })) },
  });
  const gone = jobStory(await withoutGonePod(failing("NotFound"), job), NOW, {});
  expect(gone).not.toContain(STATUSES.failed.validationPodName);
  expect(await withoutGonePod(failing("Forbidden"), job)).toBe(job);
});

test("a story has no two empty lines in a row, and a remedy comes before the attempt that it led to", () => {
  const at = "2026-11-21T09:59:00Z";
  const text = story({
    phase: "ValidationRunning",
    runId: "r1",
    attempts: [
      { number: 2, runId: "r1", podName: "p-2", outcome: "Running", startTime: at },
      {
        number: 1,
        runId: "r1",
        podName: "p-1",
        outcome: "Error",
        reason: "OOMKilled",
        startTime: at,
        completionTime: at,
      },
    ],
    recovery: { actions: [{ action: "increase-memory", reason: "OOMKilled", time: at }] },
  });
  expect(text).not.toContain("\n\n\n");
  const order = ["attempt 1", "recovery", "attempt 2"].map((what) => text.indexOf(`  ${what}`));
  expect(order).toEqual([...order].sort((a, b) => a - b));
  expect(story({ attempts: [1, 2].map((number) => ({ number, runId: "r1", outcome: "Error" })) })).not.toContain(
    "\n\n\n",
  );
});

test("retries that the platform paid for are told apart", () => {
  expect(story({ retryCount: 3, validationRetryCount: 1, buildRetryCount: 0 })).toContain(
    "3 (2 for the platform's losses, at no cost)",
  );
});
