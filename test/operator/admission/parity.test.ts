// The webhook and the reconciler read the same contract: nothing passes the one and is refused by the other.
import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { NotebookValidationJobSpec, parseOperatorConfig } from "../../../src/api/index.js";
import { decide } from "../../../src/operator/index.js";
import { valueOf } from "../../api/contract-arbitrary.js";
import { manifests } from "../../api/manifests.js";
import { aJobObject, creation } from "./requests.js";

/** What the reconciler says about a job that was just created. */
function specValid(object: Record<string, unknown>): string | undefined {
  const job = object as unknown as Parameters<typeof decide>[0];
  const seen = {
    pods: [],
    source: { kind: "unasked" as const },
    hasRoom: true,
    settings: { config: parseOperatorConfig(), build: "refuse" as const },
  };
  const { status } = decide(job, seen, Date.UTC(2026, 10, 21));
  return status.conditions?.find(({ type }) => type === "SpecValid")?.status;
}

/** About a job that is suspended from the start the reconciler says nothing yet, unless it is invalid. */
const agree = (object: Record<string, unknown>): void =>
  expect(specValid(object) !== "False").toBe(creation(object).allowed);

describe("the webhook admits what the reconciler finds valid, and nothing else:", () => {
  test("specs that obey types and limits, whatever the rules between their fields say", () => {
    fc.assert(
      fc.property(valueOf(NotebookValidationJobSpec, "structural"), (spec) => agree(aJobObject({}, {}, { spec }))),
      { numRuns: 300 },
    );
  });

  test("specs that are valid", () => {
    fc.assert(
      fc.property(valueOf(NotebookValidationJobSpec, "valid"), (spec) => {
        const object = aJobObject({}, {}, { spec });
        expect(creation(object).allowed).toBe(true);
        agree(object);
      }),
      { numRuns: 100 },
    );
  });

  test("specs with anything at all in them", () => {
    fc.assert(
      fc.property(
        fc.record(
          { notebook: fc.jsonValue(), podConfig: fc.jsonValue(), retryPolicy: fc.jsonValue() },
          { requiredKeys: [] },
        ),
        fc.jsonValue(),
        (some, whole) => {
          agree(aJobObject(some));
          agree(aJobObject({}, {}, { spec: whole }));
        },
      ),
      { numRuns: 300 },
    );
  });

  test.each([...manifests("go-operator"), ...manifests("seeds"), ...manifests("bad")])("%s", (_name, objects) => {
    for (const object of objects) if (object["kind"] === "NotebookValidationJob") agree(object);
  });
});
