import { describe, expect, test } from "@jest/globals";
import { type NotebookValidationJob, parseOperatorConfig } from "../../../../src/api/index.js";
import { jobAdvice } from "../../../../src/operator/admission/job-advice.js";
import { decide } from "../../../../src/operator/index.js";
import { aJob } from "../../kit/a-job.js";

const GIT = { url: "https://git.example.com/team/notebooks.git", ref: "main" };
const ABROAD = { build: { namespace: "builds" } };

const aJobWith = (buildConfig: object, git: object = {}) =>
  aJob()
    .with({
      notebook: { git: { ...GIT, ...git }, path: "notebooks/titanic.ipynb" },
      podConfig: { buildConfig: { enabled: true, ...buildConfig } },
    })
    .build();

/** What the reconciler says of a new job. */
function verdictOn(job: ReturnType<typeof aJobWith>, config: object) {
  const seen = { pods: [], source: { kind: "unasked" as const }, hasRoom: true };
  const settings = { config: parseOperatorConfig(config), build: "build" as const };
  return decide(job, { ...seen, settings }, Date.UTC(2026, 10, 21)).status;
}

/** What the webhook and `nbv check` say of it. */
const adviceOn = (job: ReturnType<typeof aJobWith>, config: object) =>
  jobAdvice(job as unknown as NotebookValidationJob, parseOperatorConfig(config));

const SHARED = { publishToRegistry: true, imageName: "prod" };
const NAMED: readonly (readonly [field: string, buildConfig: object, git?: object])[] = [
  ["notebook.git.credentialsSecret", {}, { credentialsSecret: "platform-git" }],
  ["podConfig.buildConfig.pushSecret", { pushSecret: "team-b-push" }],
  ["podConfig.buildConfig.serviceAccountName", { serviceAccountName: "cluster-builder" }],
  ["podConfig.buildConfig.strategyConfig.cacheSecret", { strategyConfig: { cacheSecret: "team-b-push" } }],
  ["podConfig.buildConfig.strategyConfig.cacheClaim", { strategyConfig: { cacheClaim: "team-b-layers" } }],
  ["podConfig.buildConfig.registryNamespace", { ...SHARED, registryNamespace: "team-b" }],
];

describe.each(NAMED)("%s", (field, buildConfig, git) => {
  const job = aJobWith(buildConfig, git);

  test("is refused before anything is built in another namespace, and the webhook says so", () => {
    const { phase, message } = verdictOn(job, ABROAD);
    expect(phase).toBe("Failed");
    expect(message).toContain(field);
    expect(message).toContain("namespace builds");
    expect(adviceOn(job, ABROAD)).toContainEqual(
      expect.objectContaining({ field: expect.stringContaining(field), message: expect.stringContaining("will fail") }),
    );
  });

  test.each([{}, { build: { namespace: "team-a" } }])(
    "is the job's own business in its own namespace: %j",
    (config) => {
      expect(job.metadata.namespace).toBe("team-a");
      expect(verdictOn(job, config).phase).toBe("Initializing");
    },
  );
});

test("a job that names nothing of the builds' namespace builds there", () => {
  expect(verdictOn(aJobWith({ ...SHARED, registryNamespace: "team-a" }), ABROAD).phase).toBe("Initializing");
});

test("Git credentials of a job that builds nothing are its own", () => {
  const job = aJobWith({ enabled: false }, { credentialsSecret: "git" });
  expect(verdictOn(job, ABROAD).phase).toBe("Initializing");
});
