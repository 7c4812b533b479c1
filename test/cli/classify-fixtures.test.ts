import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { FAILURE_REASONS, type FailureReason } from "../../src/recovery/index.js";
import { TRIED_AGAIN } from "../recovery/tried-again.js";
import { classified, FIXTURES } from "./classified.js";
import { FAILURES } from "./failing-fixtures.js";

/** Written after what clusters and programs print; what a cluster of ours printed itself is under `recorded`. */
const KINDS = ["pods", "builds", "refusals", "events", "logs"];

/** In these nothing has failed. */
const SOUND = ["events/overcome.json", "logs/runner-passed.log"];

/** Reasons that only the operator itself can find: they are in its own state, and in no object of the cluster. */
const OPERATORS_OWN: readonly FailureReason[] = [
  "UnpinnedDependencies",
  "BuildNotStarted",
  "ImageDestinationInvalid",
  "TotalTimeout",
  "AttemptKeyLost",
  "VerdictInconsistent",
  "ModelsNotReady",
  "PredictionMismatch",
];

describe("what clusters, builders, Git and Jupyter say", () => {
  test.each(FAILURES)("%s is %s", (file, reason, errorType, recoveries) => {
    const actions = recoveries === "" ? [] : recoveries.split(" ");
    expect(classified(file)).toMatchObject({
      failed: true,
      reason,
      errorType,
      retryable: errorType !== "permanent",
      action: actions[0] ?? "none",
      recoveries: actions,
    });
  });

  test("law: no advice says that it is tried again, for dead letters give it, too", () => {
    const saysSo = FAILURES.filter(([file]) => TRIED_AGAIN.test(String(classified(file)["suggestedAction"])));
    expect(saysSo.map(([file]) => file)).toEqual([]);
  });

  test.each(SOUND)("%s tells of no failure", (file) => {
    expect(classified(file)).toMatchObject({ failed: false, message: "Nothing has failed" });
  });

  test("every fixture is expected to be something", () => {
    const files = KINDS.flatMap((kind) => readdirSync(join(FIXTURES, kind)).map((file) => `${kind}/${file}`));
    expect(files.sort()).toEqual([...FAILURES.map(([file]) => file), ...SOUND].sort());
  });

  test("every reason of the catalogue has its fixture, or is the operator's own", () => {
    const told = new Set<string>([...FAILURES.map(([, reason]) => reason), ...OPERATORS_OWN]);
    expect(FAILURE_REASONS.filter((reason) => !told.has(reason))).toEqual([]);
    expect(OPERATORS_OWN.filter((reason) => FAILURES.some(([, each]) => each === reason))).toEqual([]);
  });
});
