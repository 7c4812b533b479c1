import { describe, expect, test } from "@jest/globals";
import { effectiveSpec, type NotebookValidationJobSpec, parseOperatorConfig, parseSpec } from "../../src/api/index.js";

const minute = 60_000;

function aSpec(fields: Record<string, unknown> = {}): NotebookValidationJobSpec {
  const git = { url: "https://git.example.com/a.git", ref: "main" };
  const parsed = parseSpec({ notebook: { git, path: "a.ipynb" }, ...fields });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.spec;
}
const effective = (fields?: Record<string, unknown>, config?: unknown) =>
  effectiveSpec(aSpec(fields), parseOperatorConfig(config));

describe("time limits", () => {
  test("a job that sets none gets the operator's", () => {
    expect(effective().timeouts).toEqual({ validationMs: 30 * minute, buildMs: 45 * minute, modelsMs: 5 * minute });
    expect(effective({}, { timeouts: { validation: "10m" } }).timeouts.validationMs).toBe(10 * minute);
  });

  test("the Go operator's aliases count where the real fields are unset", () => {
    const podConfig = { buildConfig: { enabled: true, timeout: "15m" } };
    expect(effective({ timeout: "5m", podConfig }).timeouts).toMatchObject({
      validationMs: 5 * minute,
      buildMs: 15 * minute,
    });
    const both = effective({ timeout: "5m", validationTimeout: "6m", buildTimeout: "20m", podConfig });
    expect(both.timeouts).toMatchObject({ validationMs: 6 * minute, buildMs: 20 * minute });
  });

  test("limits of the whole run and of one cell exist only when asked for", () => {
    expect(effective({ totalTimeout: "1h", cellTimeout: "90s" }).timeouts).toMatchObject({
      totalMs: 60 * minute,
      cellMs: 90_000,
    });
    expect(effective().timeouts).not.toHaveProperty("totalMs");
  });
});

describe("strictness", () => {
  test.each([
    [undefined, "development"],
    [{ level: "staging" }, "staging"],
    [{ strictMode: true }, "production"],
    [{ strictMode: true, level: "learning" }, "production"],
    [{ strictMode: false, level: "learning" }, "learning"],
  ])("%j means level %s", (validationConfig, level) => {
    expect(effective(validationConfig && { validationConfig }).level).toBe(level);
  });

  test("learners get everything explained, others when they ask", () => {
    expect(effective({ validationConfig: { level: "learning" } }).feedback).toEqual({
      enabled: true,
      bestPractices: true,
      examples: true,
    });
    expect(effective().feedback.enabled).toBe(false);
    expect(effective({ validationConfig: { educationalMode: true, provideExamples: false } }).feedback).toEqual({
      enabled: true,
      bestPractices: true,
      examples: false,
    });
  });

  test("who asks for a part of the explanations gets that part, unless they are off", () => {
    const feedback = (validationConfig: object) => effective({ validationConfig }).feedback;
    expect(feedback({ provideExamples: true })).toEqual({ enabled: true, bestPractices: false, examples: true });
    expect(feedback({ suggestBestPractices: true })).toEqual({ enabled: true, bestPractices: true, examples: false });
    expect(feedback({ educationalMode: false, provideExamples: true }).enabled).toBe(false);
    expect(feedback({ level: "learning", educationalMode: false }).enabled).toBe(false);
    expect(feedback({ level: "learning", strictMode: true }).enabled).toBe(false);
  });
});

describe("builds", () => {
  test("nothing is built unless enabled", () => {
    expect(effective()).not.toHaveProperty("build");
    expect(effective({ podConfig: { buildConfig: { dockerfile: "Dockerfile" } } })).not.toHaveProperty("build");
  });

  test("the Dockerfile has one name, and kaniko is tekton", () => {
    const { build } = effective({
      podConfig: { buildConfig: { enabled: true, dockerfile: "a/Dockerfile", strategy: "kaniko" } },
    });
    expect(build).toMatchObject({ dockerfilePath: "a/Dockerfile", strategy: "tekton" });
    expect(build).not.toHaveProperty("dockerfile");
  });

  test("unpinned requirements pass below production unless the job decides", () => {
    const allowed = (validationConfig: object, allowUnpinned?: boolean) =>
      effective({
        validationConfig,
        podConfig: { buildConfig: { enabled: true, ...(allowUnpinned === undefined ? {} : { allowUnpinned }) } },
      }).build?.allowUnpinned;
    expect([
      allowed({}),
      allowed({ level: "production" }),
      allowed({ strictMode: true }),
      allowed({ strictMode: true }, true),
      allowed({}, false),
    ]).toEqual([true, false, false, true, false]);
  });
});

test("a golden notebook without a repository comes from the notebook's", () => {
  expect(effective({ goldenNotebook: { path: "golden.ipynb" } }).goldenNotebook).toMatchObject({
    git: { url: "https://git.example.com/a.git" },
  });
});

test("tolerances are numbers, however they were written", () => {
  expect(effective({ comparisonConfig: { floatingPointTolerance: "0.01" } }).comparison.absoluteTolerance).toBe(0.01);
  expect(effective().comparison.absoluteTolerance).toBe(0.0001);
});

describe("the operator's configuration", () => {
  test("has a default for everything", () => {
    expect(parseOperatorConfig(undefined)).toEqual(parseOperatorConfig({}));
    expect(parseOperatorConfig(null)).toEqual(parseOperatorConfig({}));
    expect(parseOperatorConfig().patience).toMatchObject({
      startupGrace: "2m",
      scheduleTimeout: "10m",
      resolutionTimeout: "24h",
    });
  });

  test.each([
    ["pipIndexUrl", "https://user:hunter2@pypi.corp.example/simple"],
    ["pipIndexUrl", "https://hunter2@pypi.corp.example/simple"],
    ["pipExtraIndexUrl", "https://a.example/simple https://user:hunter2@b.example/simple"],
    ["httpProxy", "http://user:hunter2@proxy.corp.example:3128"],
    ["httpsProxy", "http://hunter2@proxy.corp.example:3128"],
    ["httpsProxy", "user:hunter2@proxy.corp.example:3128"],
    ["httpsProxy", "http://user:hunter2/3@proxy.corp.example:3128"],
  ])("refuses credentials in network.%s, and does not repeat them", (field, url) => {
    const read = () => parseOperatorConfig({ network: { [field]: url } });
    expect(read).toThrow(new RegExp(`network\\.${field}: must not hold credentials`));
    expect(read).not.toThrow(/hunter2/);
  });

  test("takes package indexes with an @ elsewhere", () => {
    const network = { pipIndexUrl: "https://pypi.corp.example/@team/simple" };
    expect(parseOperatorConfig({ network }).network).toMatchObject(network);
  });

  test("names every mistake and its place", () => {
    const read = () => parseOperatorConfig({ patience: { startupGrace: "2 minutes" }, concurency: {} });
    expect(read).toThrow(/2 mistakes/);
    expect(read).toThrow(/patience\.startupGrace: must be a duration/);
    expect(read).toThrow(/concurency: is not a field; did you mean concurrency\?/);
  });
});
