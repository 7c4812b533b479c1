import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import {
  ANNOTATION_RETRY_REQUESTED,
  ANNOTATION_RETRY_RESET_COUNT,
  ARGOCD_TRACKING_ANNOTATION,
  canonicalJson,
  NotebookValidationJobStatus,
  toRfc3339,
} from "../../src/api/index.js";
import { freezeJson } from "../../src/kube/json.js";
import { decide } from "../../src/operator/decide/decide.js";
import { failureOf } from "../../src/recovery/index.js";
import { valueOf } from "../api/contract-arbitrary.js";
import { aJob } from "./kit/a-job.js";
import { aLog, anObservation, aPod, COMMIT, ended, running, START, Story } from "./kit/an-observation.js";
import { failingEvents, passingEvents } from "./kit/fake-runner.js";

describe("what was really installed", () => {
  const environment = { packages: 12, sbomDigest: `sha256:${"a".repeat(64)}` };
  const events = passingEvents().map((event) => (event.type === "verdict" ? { ...event, environment } : event));
  const passed = (imageID?: string) => {
    const story = new Story(aJob().build()).running();
    const pod = aPod(story.podName, ended(0, "Completed"));
    const [container] = pod.status?.containerStatuses ?? [];
    Object.assign(container ?? {}, { imageID });
    story.see({ pods: [pod], log: aLog(events) });
    return story.status;
  };

  test("comes from the runner, and the image's digest from the node", () => {
    const image = `registry.example.com/notebook@sha256:${"b".repeat(64)}`;
    expect(passed(image)).toMatchObject({ phase: "Succeeded", environment: { ...environment, image } });
  });

  test.each([
    undefined,
    "",
    "registry.example.com/notebook:1",
    `x@sha256:${"b".repeat(63)}`,
    `${"x".repeat(600)}@sha256:`,
  ])("names no image when the node says %p", (imageID) => expect(passed(imageID).environment).toEqual(environment));
});

describe("a job that arrives", () => {
  test("asks Git for the commit, and no pod is made before the answer", () => {
    const story = new Story(aJob().build());
    story.see();
    expect(story.status).toMatchObject({
      phase: "Initializing",
      observedGeneration: 1,
      runCount: 1,
      retryStrategy: "default",
    });
    expect(story.kinds()).toEqual(["ask-source"]);
    expect(story.condition("SpecValid")).toBe("True/Valid");
    story.see({ source: { kind: "resolving" } });
    expect(story.kinds()).toEqual([]);
  });

  test("is told in SpecValid what has no effect in this version", () => {
    const story = new Story(
      aJob()
        .with({ retryPolicy: { retryWhenResolved: true } })
        .build(),
    );
    story.see();
    expect(story.condition("SpecValid")).toBe("True/Valid");
    expect(story.status.conditions?.find(({ type }) => type === "SpecValid")?.message).toContain(
      "spec.retryPolicy.retryWhenResolved: has no effect in this version",
    );
  });

  test("is validated at the commit that Git named, counted before its pod is made", () => {
    const story = new Story(aJob().build()).started();
    expect(story.status).toMatchObject({ phase: "ValidationRunning", source: { commit: COMMIT, ref: "main" } });
    expect(story.status.attempts).toMatchObject([{ number: 1, outcome: "Running", podName: story.podName }]);
    expect(story.status.validationPodName).toBeUndefined();
    expect(story.decision.effects[0]).toMatchObject({ kind: "start-attempt", plan: { commit: COMMIT, number: 1 } });
    expect(story.podName).toMatch(/^titanic-val-[0-9a-f]{8}-1$/);
  });

  test("with a spec that can't be read fails by name of the field, and says so in SpecValid", () => {
    const story = new Story(
      aJob()
        .with({ notebook: { git: { url: "https://git.example.com/x.git", ref: "main" }, path: "../x.py" } })
        .build(),
    );
    story.see();
    expect(story.status).toMatchObject({
      phase: "Failed",
      verdict: "Error",
      failureReason: "InvalidSpec",
      fault: "user",
    });
    expect(story.status.message).toContain("spec.notebook.path");
    expect(story.condition("SpecValid")).toBe("False/InvalidSpec");
    expect(story.condition("DeadLettered")).toBe("True/PermanentError");
  });

  test("with a spec that is nested without measure fails as well, and brings nobody down", () => {
    let emptyDir: unknown = {};
    for (let level = 0; level < 20_000; level++) emptyDir = level % 2 === 0 ? [emptyDir] : { emptyDir };
    const notebook = { git: { url: "https://git.example.com/x.git", ref: "main" }, path: "x.ipynb" };
    const spec = { notebook, podConfig: { containerImage: "a:1", volumes: [{ name: "a", emptyDir }] } };
    const story = new Story(freezeJson({ ...aJob().build(), spec }));
    story.see();
    expect(story.status).toMatchObject({ phase: "Failed", failureReason: "InvalidSpec", fault: "user" });
    expect(story.status.message).toContain("spec must not be nested more than 100 levels deep");
  });

  test.each([
    ["an image build", { podConfig: { buildConfig: { enabled: true } } }, "BuildStrategyUnavailable", "BuildComplete"],
    ["model validation", { modelValidation: { enabled: true } }, "ModelsNotReady", "ModelsReady"],
  ])("that asks for %s is told that it can't be had, never passed without it", (_what, spec, reason, condition) => {
    const story = new Story(aJob().with(spec).build());
    story.see();
    expect(story.status).toMatchObject({ phase: "Failed", verdict: "Error", failureReason: reason, fault: "platform" });
    expect(story.condition(condition)).toBe(`False/${reason}`);
    expect(story.condition("SpecValid")).toBe("True/Valid");
    expect(story.kinds()).toEqual(["emit"]);
  });

  test("with a build runs on its image as it is where builds are replaced by a Python environment", () => {
    const story = new Story(
      aJob()
        .with({ podConfig: { containerImage: "local", buildConfig: { enabled: true } } })
        .build(),
    );
    const settings = { ...anObservation().settings, build: "skip" as const };
    story.see({ settings });
    expect(story.status.phase).toBe("Initializing");
  });

  test("keeps what Git says about the name as a warning", () => {
    const story = new Story(aJob().build());
    story.see();
    story.see({ source: { kind: "resolved", commit: COMMIT, warning: "main is also a tag" } });
    expect(story.status.source?.warnings).toEqual(["main is also a tag"]);
  });

  test("with a golden notebook of another repository is validated against the commit that Git named there", () => {
    const golden = { url: "https://git.example.com/golden.git", ref: "v1", credentialsSecret: "golden-git" };
    const story = new Story(
      aJob()
        .with({ goldenNotebook: { path: "golden.ipynb", git: golden } })
        .build(),
    );
    story.see();
    expect(story.decision.effects[0]).toMatchObject({ kind: "ask-source", ref: "main", golden });
    const other = "f".repeat(40);
    story.see({ source: { kind: "resolved", commit: COMMIT, golden: { commit: other, warning: "v1 is a branch" } } });
    expect(story.status.source).toMatchObject({ commit: COMMIT, goldenCommit: other, warnings: ["v1 is a branch"] });
    expect(story.decision.effects[0]).toMatchObject({ plan: { commit: COMMIT, goldenCommit: other } });
  });

  test("with a golden notebook of its own repository asks Git nothing more", () => {
    const story = new Story(
      aJob()
        .with({ goldenNotebook: { path: "golden.ipynb" } })
        .build(),
    );
    story.see();
    expect(story.decision.effects[0]).not.toHaveProperty("golden");
    story.see({ source: { kind: "resolved", commit: COMMIT } });
    expect(story.kinds()).toContain("start-attempt");
    expect(story.status.source).not.toHaveProperty("goldenCommit");
  });

  test("whose status lost the golden notebook's commit asks Git again, never runs without the comparison", () => {
    const golden = { url: "https://git.example.com/golden.git", ref: "v1" };
    const story = new Story(
      aJob()
        .with({ goldenNotebook: { path: "golden.ipynb", git: golden } })
        .build(),
    );
    story.see();
    story.see({ source: { kind: "resolved", commit: COMMIT }, hasRoom: true });
    expect(story.kinds()).not.toContain("start-attempt");
    expect(story.status.phase).toBe("Initializing");
  });

  test("waits in line while enough validations run", () => {
    const story = new Story(aJob().build());
    story.see();
    story.see({ source: { kind: "resolved", commit: COMMIT }, hasRoom: false });
    expect(story.status).toMatchObject({ phase: "ValidationRunning", reason: "Queued" });
    expect(story.status.attempts).toBeUndefined();
    story.see({ hasRoom: true });
    expect(story.kinds()).toContain("start-attempt");
  });
});

describe("the operator's configuration", () => {
  test("may forbid ServiceAccounts", () => {
    const story = new Story(
      aJob()
        .with({ podConfig: { serviceAccountName: "admin" } })
        .build(),
    );
    story.see({}, { access: { serviceAccounts: ["notebooks"] } });
    expect(story.status).toMatchObject({ phase: "Failed", failureReason: "ApiForbidden", fault: "user" });
    expect(story.status.message).toContain("notebooks");
  });

  test("is what a job falls back on", () => {
    const story = new Story(aJob().with({ podConfig: {} }).build());
    const config = { defaultImages: { notebook: "registry.example.com/default:3" } };
    story.see({}, config);
    story.see({ source: { kind: "resolved", commit: COMMIT } }, config);
    expect(story.status.attempts?.[0]).toMatchObject({ image: "registry.example.com/default:3" });
  });
});

describe("Git", () => {
  test("that is unreachable is asked again, first at once, then later and later, until the budget is spent", () => {
    const story = new Story(aJob().build());
    story.see();
    const delays: (number | undefined)[] = [];
    for (let retry = 0; retry < 3; retry++) {
      const ticket = story.decision.effects.find(({ kind }) => kind === "ask-source");
      story.see({ source: { kind: "failed", reason: "GitNetwork", message: "no route to host" } });
      expect(story.status).toMatchObject({ phase: "Retrying", retryCount: retry + 1, failureReason: "GitNetwork" });
      delays.push(story.decision.requeueAfterMs);
      story.pass(story.decision.requeueAfterMs ?? 0).see();
      expect(story.status.phase).toBe("Initializing");
      expect(story.decision.effects.find(({ kind }) => kind === "ask-source")).not.toEqual(ticket);
    }
    expect(delays).toEqual([0, 2000, 4000]);
    story.see({ source: { kind: "failed", reason: "GitNetwork", message: "no route to host" } });
    expect(story.status).toMatchObject({ phase: "Failed", fault: "platform", lastErrorType: "transient" });
    expect(story.condition("DeadLettered")).toBe("True/RetryLimitExceeded");
    expect(story.status.nextRetryTime).toBeUndefined();
  });

  test("that knows no such branch is not asked again", () => {
    const story = new Story(aJob().build());
    story.see();
    story.see({ source: { kind: "failed", reason: "GitRefNotFound", message: "no branch main" } });
    expect(story.status).toMatchObject({ phase: "Failed", failureReason: "GitRefNotFound", fault: "user" });
    expect(story.condition("GitCloneComplete")).toBe("False/GitRefNotFound");
  });
});

describe("an attempt", () => {
  test("shows its cells while it runs", () => {
    const story = new Story(aJob().build()).running();
    story.see({ pods: [aPod(story.podName, running())], log: aLog(passingEvents().slice(0, 4), false) });
    expect(story.status).toMatchObject({ phase: "ValidationRunning", cells: "1/2", validationPodName: story.podName });
    expect(story.status.results?.map(({ status }) => status)).toEqual(["Success", "Running"]);
    expect(story.condition("Reconciling")).toBe("True/NotebookRunning");
  });

  test("passes by its runner's signed verdict", () => {
    const story = new Story(aJob().build()).running();
    story.pass(60_000).see({ pods: [aPod(story.podName, ended(0))], log: aLog(passingEvents()) });
    expect(story.status).toMatchObject({ phase: "Succeeded", verdict: "Passed", duration: "1m" });
    expect(story.condition("Ready")).toBe("True/Passed");
    expect(story.condition("Succeeded")).toBe("True/Passed");
    expect(story.status.attempts?.[0]).toMatchObject({ outcome: "Passed" });
  });

  test("whose whole container ran out of memory names the cell, the limit and what to raise", () => {
    const story = new Story(
      aJob()
        .with({ validationConfig: { educationalMode: true } })
        .build(),
    ).running();
    const events = passingEvents().slice(0, 4);
    const withMemory = events.map((event) =>
      event.type === "cell-end" ? { ...event, memoryBytes: 300 * 2 ** 20 } : event,
    );
    const killed = aPod(story.podName, ended(137, "OOMKilled"));
    const limited =
      killed.spec?.containers.map((each) => ({ ...each, resources: { limits: { memory: "1Gi" } } })) ?? [];
    const pod = { ...killed, spec: { ...killed.spec, containers: limited } };
    story.see({ pods: [pod], log: aLog(withMemory) });
    expect(story.status).toMatchObject({
      phase: "Failed",
      failureReason: "OOMKilled",
      resources: { peakMemory: "300Mi" },
    });
    expect(story.status.message).toContain("killed while cell 1 was running (300Mi before, limit 1Gi)");
    expect(story.status.message).toContain("Raise spec.podConfig.resources.limits.memory");
    expect(story.status.results?.at(-1)).toMatchObject({ cellIndex: 1, status: "Failure", errorName: "OOMKilled" });
    expect(story.status.educationalFeedback?.[0]).toMatchObject({ cell: 1, severity: "error" });
  });

  test("that the platform lost blames no cell for it", () => {
    const story = new Story(aJob().build()).running();
    story.see({ pods: [], log: aLog(passingEvents().slice(0, 4)) });
    expect(story.status.attempts?.[0]).toMatchObject({ outcome: "Error", reason: "PodDeleted" });
    expect(story.status.results?.at(-1)).toMatchObject({ cellIndex: 1, status: "Running" });
  });

  test("is not judged before its log was read to the end", () => {
    const story = new Story(aJob().build()).running();
    story.see({ pods: [aPod(story.podName, ended(0))], log: aLog(passingEvents().slice(0, 3), false) });
    expect(story.status.phase).toBe("ValidationRunning");
  });

  test("proves what the job expects when its runner made the check and found nothing against it", () => {
    const asked = { validationConfig: { expectedOutputs: [{ cell: 1, type: "float" as const }] } };
    const story = new Story(aJob().with(asked).build()).running();
    const events = passingEvents().map((event) =>
      event.type === "start" ? { ...event, checks: ["E1", "X1", "X2"] } : event,
    );
    story.pass(60_000).see({ pods: [aPod(story.podName, ended(0))], log: aLog(events) });
    expect(story.status).toMatchObject({ phase: "Succeeded", verdict: "Passed" });
    expect(story.status.validationChecks).toContainEqual({
      type: "OutputVerification",
      status: "Passed",
      message: "1 output is as the job expects",
    });
  });

  test("that leaves out by its own switch what the job lists says so", () => {
    const asked = { validationConfig: { checkOutputTypes: false, expectedOutputs: [{ cell: 1, type: "float" }] } };
    const story = new Story(aJob().with(asked).build()).running();
    story.pass(60_000).see({ pods: [aPod(story.podName, ended(0))], log: aLog(passingEvents()) });
    expect(story.status.verdict).toBe("Passed");
    expect(story.status.validationChecks).toContainEqual(
      expect.objectContaining({ type: "OutputVerification", status: "Skipped" }),
    );
  });

  test("whose runner could not make a check passes with warnings, in the runner's words", () => {
    const message = "All 2 code cells ran. This runner does not make check Z9.";
    const events = passingEvents().map((event) =>
      event.type === "verdict" ? { ...event, verdict: "PassedWithWarnings" as const, message } : event,
    );
    const story = new Story(aJob().build()).running();
    story.pass(60_000).see({ pods: [aPod(story.podName, ended(0))], log: aLog(events) });
    expect(story.status).toMatchObject({ verdict: "PassedWithWarnings", message });
  });

  test("passes by the termination message when its log is lost", () => {
    const story = new Story(aJob().build()).running();
    const { termination } = aLog(passingEvents());
    const lost = { ...aLog([]), ...(termination && { termination }) };
    story.see({ pods: [aPod(story.podName, ended(0))], log: lost });
    expect(story.status).toMatchObject({ phase: "Succeeded", verdict: "Passed" });
  });

  test("that exits with 0 and no verdict never passes", () => {
    const story = new Story(
      aJob()
        .with({ retryPolicy: { enabled: false } })
        .build(),
    ).running();
    story.see({ pods: [aPod(story.podName, ended(0))], log: aLog(passingEvents().slice(0, 5)) });
    expect(story.status).toMatchObject({ phase: "Failed", verdict: "Error", failureReason: "VerdictMissing" });
  });

  test("whose exit code disagrees with its verdict never passes", () => {
    const story = new Story(aJob().build()).running();
    story.see({ pods: [aPod(story.podName, ended(10))], log: aLog(passingEvents()) });
    expect(story.status).toMatchObject({ phase: "Failed", verdict: "Error", failureReason: "VerdictInconsistent" });
  });

  test("that fails by the notebook's fault is the last one, and keeps its results", () => {
    const story = new Story(aJob().build()).running();
    story.see({ pods: [aPod(story.podName, ended(10))], log: aLog(failingEvents()) });
    expect(story.status).toMatchObject({
      phase: "Failed",
      verdict: "Failed",
      failureReason: "NotebookError",
      retryCount: 0,
    });
    expect(story.status.results?.[1]).toMatchObject({ status: "Failure", errorName: "ValueError" });
    expect(story.condition("Stalled")).toBe("True/NotebookError");
  });

  test("whose node evicts it costs the job's budget nothing, and is tried again when the pod is gone", () => {
    const story = new Story(aJob().build()).running();
    const evicted = aPod(story.podName, { phase: "Failed", reason: "Evicted", message: "low on memory" });
    story.see({ pods: [evicted], log: { ...aLog([]), isFinal: true } });
    expect(story.status).toMatchObject({
      phase: "Retrying",
      retryCount: 1,
      validationRetryCount: 0,
      failureReason: "Evicted",
    });
    story.see({ pods: [evicted] });
    expect(story.status).toMatchObject({ phase: "ValidationRunning", validationRetryCount: 0 });
    expect(story.podName).toMatch(/-2$/);
  });

  test("whose pod somebody deletes is tried again under another name", () => {
    const story = new Story(aJob().build()).running();
    story.see({ pods: [] });
    expect(story.status).toMatchObject({ phase: "Retrying", failureReason: "PodDeleted" });
    story.see();
    expect(story.podName).toMatch(/-2$/);
  });

  test("whose finished pod is gone passes all the same if its verdict was read", () => {
    const story = new Story(aJob().build()).running();
    story.see({ pods: [], log: aLog(passingEvents()) });
    expect(story.status).toMatchObject({ phase: "Succeeded", verdict: "Passed" });
  });

  test("whose image can't be pulled shows that at once and ends only after the grace", () => {
    const story = new Story(aJob().build()).started();
    const waiting = { reason: "ImagePullBackOff", message: "Back-off pulling image" };
    const since = { type: "PodScheduled", status: "True", lastTransitionTime: toRfc3339(START) };
    const pod = aPod(story.podName, {
      phase: "Pending",
      conditions: [since],
      containerStatuses: [{ name: "notebook", state: { waiting } }],
    });
    story.pass(1000).see({ pods: [pod] });
    expect(story.status).toMatchObject({ phase: "ValidationRunning", reason: "ImagePullBackOff", retryCount: 0 });
    story.pass(120_000).see({ pods: [pod] });
    expect(story.status).toMatchObject({ phase: "Retrying", validationRetryCount: 1 });
    expect(story.kinds()).toContain("delete-pod");
  });

  test("whose pod no scheduler looks at is looked at again by itself, says so, and ends", () => {
    const story = new Story(aJob().build()).started();
    const pods = [aPod(story.podName)];
    expect(story.pass(1_000).see({ pods }).requeueAfterMs).toBe(29_000);
    expect(story.status.reason).toBe("PodStarting");
    expect(story.pass(29_000).see({ pods })).toMatchObject({ write: "now", requeueAfterMs: 300_000 });
    expect(story.status).toMatchObject({ phase: "ValidationRunning", reason: "Unschedulable" });
    expect(story.status.message).toContain("No scheduler has looked at the pod yet");
    expect(story.kinds()).toEqual(["emit"]);
    story.pass(570_000).see({ pods });
    expect(story.status).toMatchObject({ phase: "Retrying", failureReason: "Unschedulable", validationRetryCount: 1 });
  });

  test("does not begin while a pod of an earlier one is still going", () => {
    const story = new Story(aJob().build()).running();
    const old = aPod(story.podName, running());
    story.edit({ cellTimeout: "9m" }).see({ pods: [old] });
    story.see({ pods: [old], source: { kind: "resolved", commit: COMMIT } });
    expect(story.status.reason).toBe("WaitingForOldPod");
    expect(story.kinds()).toEqual(["delete-pod"]);
    story.see({ pods: [] });
    expect(story.kinds()).toContain("start-attempt");
  });

  test("that the API server will not have ends with the server's reason", () => {
    const story = new Story(aJob().build()).started();
    story.see({ refusal: failureOf("SecurityContextViolation", { detail: "violates PodSecurity restricted" }) });
    expect(story.status).toMatchObject({ phase: "Failed", failureReason: "SecurityContextViolation" });
  });

  test("that the runner does not end is ended by the operator", () => {
    const story = new Story(aJob().with({ validationTimeout: "10m" }).build()).running();
    story.pass(16 * 60_000).see({ pods: [aPod(story.podName, running())], log: aLog([], false) });
    expect(story.status).toMatchObject({ phase: "Failed", failureReason: "ValidationTimeout" });
    expect(story.kinds()).toContain("delete-pod");
  });
});

describe("a run", () => {
  test("that takes too long as a whole is ended, whatever it does", () => {
    const story = new Story(aJob().with({ totalTimeout: "1h" }).build()).running();
    story.pass(3_600_000).see({ pods: [aPod(story.podName, running())], log: aLog([], false) });
    expect(story.status).toMatchObject({ phase: "Failed", failureReason: "TotalTimeout", fault: "user" });
    expect(story.kinds()).toContain("delete-pod");
  });

  test("is looked at again when its time as a whole is over", () => {
    const story = new Story(aJob().with({ totalTimeout: "90s" }).build());
    expect(story.see().requeueAfterMs).toBe(90_000);
  });

  test("is replaced when the spec changes in the middle of it", () => {
    const story = new Story(aJob().build()).running();
    const [before, old] = [story.status, story.podName];
    story.edit({ cellTimeout: "1m" }).see({ pods: [aPod(old, running())] });
    expect(story.status).toMatchObject({ phase: "Initializing", runCount: 2, observedGeneration: 2, retryCount: 0 });
    expect(story.status.attempts?.[0]).toMatchObject({ podName: old, outcome: "Cancelled", reason: "SpecChanged" });
    expect(story.kinds()).toContain("delete-pod");
    story.see({ source: { kind: "resolved", commit: COMMIT } });
    expect(story.status.runId).not.toBe(before.runId);
  });

  test("that ended starts anew when the spec changes, with its history kept", () => {
    const story = new Story(aJob().build()).running();
    story.see({ pods: [aPod(story.podName, ended(10))], log: aLog(failingEvents()) });
    story.edit({ cellTimeout: "1m" }).see();
    expect(story.status).toMatchObject({ phase: "Initializing", runCount: 2 });
    expect(story.status.attempts).toHaveLength(1);
    expect(story.status.verdict).toBeUndefined();
    expect(story.status.results).toBeUndefined();
  });

  test("that ended stays as it is under retryOnSpecChange: false, but the generation is followed", () => {
    const story = new Story(
      aJob()
        .with({ retryPolicy: { retryOnSpecChange: false } })
        .build(),
    ).running();
    story.see({ pods: [aPod(story.podName, ended(0))], log: aLog(passingEvents()) });
    story.edit({ cellTimeout: "1m" }).see();
    expect(story.status).toMatchObject({ phase: "Succeeded", observedGeneration: 2, runCount: 1 });
  });

  test.each([{ priority: 90 }, { ttlSecondsAfterFinished: 5 }])("does not care for a change of %j", (spec) => {
    const story = new Story(aJob().build()).running();
    story.edit(spec).see({ pods: [aPod(story.podName, running())], log: aLog([], false) });
    expect(story.status).toMatchObject({ phase: "ValidationRunning", runCount: 1, observedGeneration: 2 });
    expect(story.kinds()).toEqual([]);
  });

  test("of an older operator keeps its outcome and gets a baseline", () => {
    const story = new Story(
      aJob().status({ phase: "Failed", message: "Maximum retry attempts exceeded", retryCount: 3 }).build(),
    );
    story.see();
    expect(story.status).toMatchObject({ phase: "Failed", retryCount: 3, observedGeneration: 1 });
    expect(story.status.specHash).toBeDefined();
    story.edit({ cellTimeout: "1m" }).see();
    expect(story.status).toMatchObject({ phase: "Initializing", retryCount: 0 });
  });

  test("of the Go operator is not held to the defaults that its CRD filled in, until its spec changes", () => {
    const spec = { modelValidation: { enabled: false }, validationConfig: { detectSilentFailures: true } };
    const story = new Story(aJob().with(spec).status({ phase: "Running" }).build());
    story.see();
    expect(story.condition("SpecValid")).toBe("True/AdoptedFromGoOperator");
    story.see({ source: { kind: "resolved", commit: COMMIT } });
    expect(story.status).toMatchObject({ phase: "ValidationRunning", runCount: 1 });
    story.edit({ cellTimeout: "1m" }).see();
    expect(story.condition("SpecValid")).toBe("True/Valid");
  });

  test("that an older operator left in the middle starts afresh", () => {
    const story = new Story(aJob().status({ phase: "Running", validationPodName: "titanic-validation" }).build());
    story.see();
    expect(story.status).toMatchObject({ phase: "Initializing", runCount: 1 });
  });
});

describe("suspension", () => {
  test("holds a job before it starts", () => {
    const story = new Story(aJob().suspended().build());
    story.see();
    expect(story.status.phase).toBe("Pending");
    expect(story.condition("Suspended")).toBe("True/Suspended");
    expect(story.condition("Reconciling")).toBe("False/Suspended");
    expect(story.kinds()).toEqual(["emit"]);
  });

  test("removes the pod, and resuming is a fresh attempt of the same run that costs no retry", () => {
    const story = new Story(aJob().build()).running();
    const { runId } = story.status;
    const old = story.podName;
    story.edit({ suspend: true }).see({ pods: [aPod(old, running())] });
    expect(story.kinds()).toContain("delete-pod");
    expect(story.status.attempts?.[0]).toMatchObject({ outcome: "Cancelled", reason: "Suspended" });
    story.edit({ suspend: false }).see();
    expect(story.status).toMatchObject({ phase: "ValidationRunning", runId, retryCount: 0 });
    expect(story.podName).toMatch(/-2$/);
    expect(story.condition("Suspended")).toBe("False/Resumed");
  });

  test("does nothing to a job that is finished", () => {
    const story = new Story(aJob().build()).running();
    story.see({ pods: [aPod(story.podName, ended(0))], log: aLog(passingEvents()) });
    story.edit({ suspend: true }).see();
    expect(story.status.phase).toBe("Succeeded");
  });
});

describe("a retry by hand", () => {
  function failed(annotations: Record<string, string> = {}): Story {
    const story = new Story(aJob().build()).running();
    story.see({ pods: [aPod(story.podName, ended(10))], log: aLog(failingEvents()) });
    story.pass(10_000);
    const requested = { [ANNOTATION_RETRY_REQUESTED]: toRfc3339(story.now), ...annotations };
    story.job = { ...story.job, metadata: { ...story.job.metadata, annotations: requested } };
    return story;
  }

  test("starts one more attempt of the same run at once, and is granted once", () => {
    const story = failed();
    const { runId } = story.status;
    story.see();
    expect(story.status).toMatchObject({ phase: "ValidationRunning", runId, retryCount: 0 });
    expect(story.status.lastError).toBeUndefined();
    expect(story.condition("DeadLettered")).toBe("False/RetryRequested");
    expect(story.kinds()).toContain("start-attempt");
    story.see({ pods: [aPod(story.podName, ended(10))], log: aLog(failingEvents()) });
    story.see();
    expect(story.status.phase).toBe("Failed");
    expect(story.podName).toMatch(/-2$/);
  });

  test("with a reset is a new run", () => {
    const story = failed({ [ANNOTATION_RETRY_RESET_COUNT]: "true" });
    story.see();
    expect(story.status).toMatchObject({ phase: "Initializing", runCount: 2 });
    expect(story.condition("DeadLettered")).toBe("False/NewRun");
    story.see({ source: { kind: "resolved", commit: COMMIT } });
    expect(story.status).toMatchObject({ phase: "ValidationRunning", runCount: 2 });
  });

  test("that fails again within one decision tells its outcome again, every time", () => {
    const story = new Story(
      aJob()
        .with({ podConfig: { buildConfig: { enabled: true } } })
        .build(),
    );
    story.see();
    for (let retry = 0; retry < 3; retry++) {
      story.pass(10_000);
      const annotations = { [ANNOTATION_RETRY_REQUESTED]: toRfc3339(story.now) };
      story.job = { ...story.job, metadata: { ...story.job.metadata, annotations } };
      story.see();
      expect(story.decision.effects).toMatchObject([
        { kind: "emit", note: { type: "Warning", reason: "BuildStrategyUnavailable" } },
      ]);
      expect(story.condition("DeadLettered")).toBe("True/PermanentError");
      expect(story.see().effects).toEqual([]);
    }
  });
});

describe("a request for a retry", () => {
  /** A failed job, with a request at this time. */
  function asked(at: string): Story {
    const story = new Story(aJob().build()).running();
    story.see({ pods: [aPod(story.podName, ended(10))], log: aLog(failingEvents()) });
    story.pass(10_000);
    return again(story, at);
  }
  function again(story: Story, at: string): Story {
    story.job = {
      ...story.job,
      metadata: { ...story.job.metadata, annotations: { [ANNOTATION_RETRY_REQUESTED]: at } },
    };
    story.see();
    return story;
  }

  test.each([
    ["2026-01-01T00:04:00Z", "ValidationRunning"],
    ["2026-01-01t02:04:00.5+02:00", "ValidationRunning"],
    ["2026-01-01T00:06:00Z", "Failed"],
    ["9999-12-31T23:59:59Z", "Failed"],
    ["9999-12-31T23:59:59-23:59", "Failed"],
    ["2026-02-30T00:00:00Z", "Failed"],
    ["2026-01-01", "Failed"],
    ["+010000-01-01T00:00:00Z", "Failed"],
    ["now", "Failed"],
  ])("at %s leaves the job %s", (at, phase) => {
    const story = asked(at);
    expect(story.status.phase).toBe(phase);
    expect(story.status.lastRetryTime ?? "2026").toMatch(/^2026/);
  });

  test("far ahead does not shut out the next one, even if it was noted once", () => {
    const story = asked("9999-12-31T23:59:59Z");
    expect(again(story, toRfc3339(story.now)).status.phase).toBe("ValidationRunning");
    const edited = asked("9999-12-31T23:59:59Z");
    edited.job = { ...edited.job, status: { ...edited.status, lastRetryTime: "9999-12-31T23:59:59Z" } };
    expect(again(edited, toRfc3339(edited.now)).status).toMatchObject({
      phase: "ValidationRunning",
      lastRetryTime: "2026-01-01T00:00:10.000Z",
    });
  });
});

describe("a status that somebody edited", () => {
  type Attempts = NonNullable<Story["status"]["attempts"]>;
  function edited(change: (status: Story["status"]) => object): Story {
    const story = new Story(aJob().build()).running();
    story.job = { ...story.job, status: { ...story.status, ...change(story.status) } };
    return story;
  }
  const first = (status: Story["status"], change: Partial<Attempts[number]>) => ({
    attempts: [{ ...(status.attempts as Attempts)[0], ...change } as Attempts[number]],
  });
  /** Sees what there is, pods removed as decided, until the job asks for an attempt that is its own. */
  function goOn(story: Story, pods: string[]): string[] {
    let there = pods;
    for (let turn = 0; turn < 6; turn++) {
      const source = { kind: "resolved", commit: COMMIT } as const;
      const { effects } = story.see({ pods: there.map((name) => aPod(name, running())), source });
      const removed = effects.flatMap((effect) => (effect.kind === "delete-pod" ? [effect.name] : []));
      there = there.filter((name) => !removed.includes(name));
      const started = effects.find((effect) => effect.kind === "start-attempt");
      if (started !== undefined) return [story.podName, ...there];
    }
    throw new Error(`stuck: ${story.status.phase} ${story.status.reason}`);
  }

  test.each<[string, (status: Story["status"]) => object]>([
    ["a run that no run is called", (status) => ({ runId: "a|b", ...first(status, { runId: "a|b" }) })],
    ["an attempt of such a run", (status) => first(status, { runId: "a|b" })],
    ["a run alone", () => ({ runId: "Not/ours", attempts: undefined })],
    ["the pod of somebody else", (status) => first(status, { podName: "database-0" })],
    ["an attempt without a number", (status) => first(status, { number: 0 })],
    ["a number at the end of all numbers", (status) => first(status, { number: 2147483647 })],
  ])("to name %s: the job goes on with an attempt of its own", (_what, change) => {
    const story = edited(change);
    const { runId } = new Story(aJob().build()).running().status;
    const own = new Story(aJob().build()).running().podName;
    const [podName, ...left] = goOn(story, [own]);
    expect(podName).toMatch(/^titanic-val-[0-9a-f]{8}-[12]$/);
    expect(story.status).toMatchObject({ phase: "ValidationRunning", runId });
    expect(left).toEqual([]);
    const [, ...earlier] = story.status.attempts ?? [];
    for (const attempt of earlier) expect(attempt).toMatchObject({ outcome: "Cancelled", reason: "StatusEdited" });
    // And from there to its end.
    story.see({ pods: [aPod(podName as string, ended(0))], log: aLog(passingEvents()) });
    expect(story.status.phase).toBe("Succeeded");
  });
});

describe("a finished job", () => {
  function passed(spec: Record<string, unknown>, metadata: Record<string, unknown> = {}): Story {
    const story = new Story(aJob().with(spec).meta(metadata).build()).running();
    story.see({ pods: [aPod(story.podName, ended(0))], log: aLog(passingEvents()) });
    return story;
  }

  test("goes when its time to live is over, not before", () => {
    const story = passed({ ttlSecondsAfterFinished: 60 });
    expect(story.see().requeueAfterMs).toBe(60_000);
    expect(story.kinds()).toEqual([]);
    story.pass(60_000).see();
    expect(story.kinds()).toEqual(["delete-job"]);
  });

  test("that a GitOps tool owns stays; only its pods go", () => {
    const story = passed(
      { ttlSecondsAfterFinished: 60 },
      { annotations: { [ARGOCD_TRACKING_ANNOTATION]: "app:group/Kind:ns/n" } },
    );
    story.pass(60_000).see({ pods: [aPod(story.podName, ended(0))] });
    expect(story.kinds()).toEqual(["delete-pod"]);
  });

  test("keeps the pods of its last attempts for their logs, and no more", () => {
    const story = passed({});
    const pods = [1, 2, 3, 4, 5].map((n) =>
      aPod(`old-${n}`, ended(1), { creationTimestamp: `2026-01-01T00:0${n}:00Z` }),
    );
    story.see({ pods });
    const gone = story.decision.effects.map((effect) => (effect.kind === "delete-pod" ? effect.name : effect.kind));
    expect(gone).toEqual(["old-2", "old-1"]);
  });

  test("that is being deleted is left alone", () => {
    const story = passed({});
    story.job = { ...story.job, metadata: { ...story.job.metadata, deletionTimestamp: "2026-01-01T01:00:00Z" } };
    expect(decide(story.job, anObservation({ pods: [aPod("x", running())] }), START)).toMatchObject({ effects: [] });
  });
});

describe("laws", () => {
  test("decide is total: whatever a job and its status are, there is a decision, and it stands on its own", () => {
    const anything = fc.anything({ withNullPrototype: false, maxDepth: 3 });
    const phase = fc.constantFrom(
      "Pending",
      "Initializing",
      "Building",
      "BuildComplete",
      "ValidationRunning",
      "Retrying",
      "Succeeded",
      "Failed",
      "Running",
      "Nonsense",
    );
    const status = fc.oneof(
      anything,
      fc.record({
        phase,
        runId: fc.string(),
        specHash: fc.string(),
        attempts: fc.array(fc.record({ number: fc.nat(), outcome: fc.string() })),
      }),
    );
    fc.assert(
      fc.property(fc.oneof(anything, fc.constant(aJob().build().spec)), status, (spec, said) => {
        const job = JSON.parse(JSON.stringify({ ...aJob().build(), spec, status: said })) as ReturnType<
          ReturnType<typeof aJob>["build"]
        >;
        const first = decide(job, anObservation(), START);
        expect(first.status.observedGeneration).toBe(1);
        expect(Buffer.byteLength(first.status.message ?? "")).toBeLessThanOrEqual(1024);
        expect(decide(job, anObservation(), START)).toEqual(first);
      }),
      { numRuns: 300 },
    );
  });

  test("decide gives an answer that the API server takes to every status that it let in", () => {
    const story = new Story(aJob().build()).running();
    const pods = [aPod(story.podName, running()), aPod("other", ended(1))];
    const attempt = fc.record({
      number: fc.oneof(fc.constantFrom(0, 1, 2147483647), fc.nat()),
      outcome: fc.constantFrom("Running", "Failed", "x"),
      runId: fc.oneof(fc.constantFrom("a|b", story.status.runId ?? ""), fc.string({ maxLength: 63 })),
      podName: fc.oneof(fc.constantFrom(story.podName, "other"), fc.string({ maxLength: 253 })),
      image: fc.string(),
    });
    const known = fc.record(
      {
        phase: fc.constantFrom("Pending", "Initializing", "BuildComplete", "ValidationRunning", "Retrying", "Failed"),
        specHash: fc.constantFrom(story.status.specHash, "x"),
        observedGeneration: fc.constant(1),
        source: fc.constant({ commit: COMMIT }),
        runId: fc.oneof(fc.constantFrom("a|b", story.status.runId), fc.string({ maxLength: 63 })),
        attempts: fc.array(attempt, { maxLength: 3 }),
      },
      { requiredKeys: ["phase"] },
    );
    const any = valueOf(NotebookValidationJobStatus, "structural") as fc.Arbitrary<object>;
    fc.assert(
      fc.property(any, known, fc.boolean(), (said, more, isThere) => {
        const status = { ...said, ...more };
        const job = JSON.parse(JSON.stringify({ ...aJob().build(), status })) as Story["job"];
        const seen = { pods: isThere ? pods : [], source: { kind: "resolved", commit: COMMIT } as const };
        const { effects, status: next } = decide(job, anObservation(seen), START);
        expect(NotebookValidationJobStatus.safeParse(JSON.parse(JSON.stringify(next))).error).toBeUndefined();
        const started = effects.find((effect) => effect.kind === "start-attempt");
        if (started?.kind === "start-attempt") expect(started.plan.podName).toMatch(/^titanic-val-[0-9a-z]{8}-\d+$/);
      }),
      { numRuns: 500 },
    );
  });

  test("deciding again about the same facts changes nothing", () => {
    const story = new Story(aJob().build()).running();
    const seen = { pods: [aPod(story.podName, running())], log: aLog(passingEvents().slice(0, 4), false) };
    const first = canonicalJson(story.see(seen).status);
    story.pass(3_000);
    expect(canonicalJson(story.see(seen).status)).toBe(first);
    expect(story.kinds()).toEqual([]);
  });
});
