import { describe, expect, test } from "@jest/globals";
import { freezeJson } from "../../../src/kube/json.js";
import { aJob } from "../kit/a-job.js";
import { anObservation, COMMIT, Story } from "../kit/an-observation.js";

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
        .with({ onSuccess: [{ apiVersion: "apps/v1", kind: "Deployment", name: "model", action: "restart" }] })
        .build(),
    );
    story.see();
    expect(story.condition("SpecValid")).toBe("True/Valid");
    expect(story.status.conditions?.find(({ type }) => type === "SpecValid")?.message).toContain(
      "spec.onSuccess: has no effect in this version",
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
    expect(story.kinds()).toEqual(["emit", "label-job"]);
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
