import { describe, expect, test } from "@jest/globals";
import { FIELDS_WITHOUT_EFFECT, fieldText, parseOperatorConfig } from "../../../src/api/index.js";
import { jobAdvice } from "../../../src/operator/admission/job-advice.js";
import { warningList } from "../../../src/operator/admission/warning-list.js";
import { aJobObject, creation, update } from "./requests.js";

describe("warnings", () => {
  test("are those of nbv check, and what this operator can't do yet", () => {
    const { allowed, warnings } = creation(
      aJobObject({
        timeout: "10m",
        podConfig: { containerImage: "registry.example.com/nb" },
        validationConfig: { checkOutputTypes: true },
      }),
    );
    expect(allowed).toBe(true);
    expect(warnings).toEqual([
      "spec.timeout: is a deprecated alias: write validationTimeout",
      expect.stringMatching(/^spec.podConfig.containerImage: names no version/),
      expect.stringMatching(/^spec.validationConfig.checkOutputTypes: has nothing to check/),
    ]);
  });

  test("name the operator's own label in a manifest, and not on a job that has run", () => {
    const spec = { notebook: { path: "a.ipynb", git: { url: "https://git.example.com/a.git", ref: "main" } } };
    const metadata = { name: "a", labels: { "mlops.dev/dead-letter": "true" } };
    const made = { apiVersion: "mlops.mlops.dev/v1alpha1", kind: "NotebookValidationJob", metadata, spec };
    const config = parseOperatorConfig({});
    expect(jobAdvice(made as never, config)).toMatchObject([
      {
        field: 'metadata.labels["mlops.dev/dead-letter"]',
        message: expect.stringContaining("leave it out of the manifest"),
      },
    ]);
    expect(jobAdvice({ ...made, status: { phase: "Failed" } } as never, config)).toEqual([]);
  });

  test("say why the job will fail and what has no effect in this version, first and whole", () => {
    const { allowed, warnings } = creation(
      aJobObject({
        timeout: "10m",
        podConfig: { containerImage: "registry.example.com/nb:1" },
        modelValidation: { targetModels: ["fraud"] },
        onFailure: [{ apiVersion: "apps/v1", kind: "Deployment", name: "model", action: "restart" }],
      }),
    );
    expect(allowed).toBe(true);
    expect(warnings).toEqual([
      expect.stringMatching(/^spec.modelValidation: .*the job will fail. Set .*to validate the notebook alone$/),
      "spec.onFailure: has no effect in this version: nothing is triggered after a run",
      "spec.timeout: is a deprecated alias: write validationTimeout",
    ]);
  });

  test("fit into what the API server passes on uncut, whatever has no effect", () => {
    for (const { path, instead } of FIELDS_WITHOUT_EFFECT) {
      const warning = `${fieldText(path)}: has no effect in this version: ${instead}`;
      expect(warningList([warning])).toEqual([warning]);
    }
  });

  test("stay within what the API server passes on", () => {
    const env = Array.from({ length: 60 }, (_, index) => [
      { name: `A_VARIABLE_WITH_A_LONG_NAME_${index}`, value: "a" },
      { name: `A_VARIABLE_WITH_A_LONG_NAME_${index}`, value: "b" },
    ]).flat();
    const { allowed, warnings } = creation(
      aJobObject({ podConfig: { containerImage: `registry.example.com/${"a/".repeat(100)}nb`, env } }),
    );
    expect(allowed).toBe(true);
    expect(warnings.every((warning) => [...warning].length <= 256)).toBe(true);
    expect(warnings.join("").length).toBeLessThanOrEqual(4096);
    expect(warnings.at(-1)).toMatch(/^and \d+ more warnings: nbv check lists them all$/);
  });

  test("name misspelt fields that the API server dropped from what was applied, once", () => {
    const applied = (extra: object) => ({
      annotations: {
        "kubectl.kubernetes.io/last-applied-configuration": JSON.stringify(aJobObject({ ...extra })),
      },
    });
    const misspelt = applied({ retryPolicy: { backoffLimit: 3 } });
    expect(creation(aJobObject({}, misspelt)).warnings).toEqual([
      "spec.retryPolicy.backoffLimit: is not a field; did you mean maxRetries?; the API server drops it",
    ]);
    const before = aJobObject({}, misspelt);
    expect(update(before, aJobObject({ suspend: true }, misspelt)).warnings).toEqual([]);
    const other = applied({ podConfg: {} });
    expect(update(before, aJobObject({ suspend: true }, other)).warnings).toEqual([
      expect.stringContaining("did you mean podConfig?"),
    ]);
    const garbage = { annotations: { "kubectl.kubernetes.io/last-applied-configuration": "{{{" } };
    expect(creation(aJobObject({}, garbage))).toEqual({ allowed: true, warnings: [] });
  });

  test("can't take over a header or a terminal", () => {
    const { warnings } = creation(
      aJobObject(
        { podConfig: { containerImage: "registry.example.com/nb:1", env: [] } },
        {
          annotations: {
            "kubectl.kubernetes.io/last-applied-configuration": JSON.stringify(
              aJobObject({ "x\r\nWarning: 299 - \u001b[2J\u202efake": 1 }),
            ),
          },
        },
      ),
    );
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  });
});
