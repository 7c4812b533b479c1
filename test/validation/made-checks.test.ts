import { expect, test } from "@jest/globals";
import { ValidationConfig } from "../../src/api/index.js";
import { unmadeChecks } from "../../src/validation/index.js";

const types = (config: unknown) => unmadeChecks(ValidationConfig.parse(config)).map(({ type }) => type);

test("a job that names nothing special leaves nothing unchecked by name", () => {
  expect(unmadeChecks(undefined)).toEqual([]);
  expect(types({ level: "production", strictMode: true })).toEqual([]);
});

test("expected outputs, files and logs that nobody compares are named", () => {
  expect(
    types({
      expectedOutputs: [{ cell: 1, type: "float" }],
      expectedFiles: [{ path: "model.pkl" }],
      expectedLogs: [{ pattern: "done" }],
      maxNaNFraction: 0,
    }),
  ).toEqual(["OutputVerification", "ExpectedFile", "ExpectedLog", "DataQuality"]);
});

test("a switch that is on counts when no check of its group is made, a switch that is off never does", () => {
  expect(types({ requireTypeHints: true })).toEqual(["TypeHints"]);
  expect(types({ requireTypeHints: false })).toEqual([]);
  expect(types({ requireExplicitExitCodes: true })).toEqual([]);
});

test("the message names the field", () => {
  const [unmade] = unmadeChecks(ValidationConfig.parse({ expectedLogs: [{ pattern: "done" }] }));
  expect(unmade?.message).toContain("validationConfig.expectedLogs");
});
