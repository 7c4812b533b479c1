import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { labelValue, validationPodName } from "../../src/validation/index.js";

const DNS_LABEL = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/;
const label = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/);
/** What the API server takes as a job's name: a DNS subdomain. */
const jobName = fc
  .array(label, { minLength: 1, maxLength: 6 })
  .map((labels) => labels.join("."))
  .filter((name) => name.length <= 253);
const runId = fc.stringMatching(/^[0-9a-f]{12}$/);
const attempt = fc.integer({ min: 1, max: 200 });

test("short names stay readable", () => {
  expect(validationPodName("train", "3f9a1c2b7d4e", 2)).toBe("train-val-3f9a1c2b-2");
});

test("long and dotted names are told apart by a hash", () => {
  const long = validationPodName("a".repeat(100), "3f9a1c2b7d4e", 2);
  expect(long).toMatch(/^a+-[0-9a-f]{10}-val-3f9a1c2b-2$/);
  expect(long).toHaveLength(63);
  expect(validationPodName("team.train", "3f9a1c2b7d4e", 1)).toMatch(/^team-train-[0-9a-f]{10}-val-3f9a1c2b-1$/);
});

test("names are DNS labels of at most 63 characters, always the same for the same attempt", () => {
  fc.assert(
    fc.property(jobName, fc.oneof(runId, fc.string()), attempt, (job, run, n) => {
      const name = validationPodName(job, run, n);
      expect(name.length).toBeLessThanOrEqual(63);
      expect(name).toMatch(DNS_LABEL);
      expect(validationPodName(job, run, n)).toBe(name);
    }),
  );
});

test("distinct attempts have distinct names", () => {
  const similar = fc.constantFrom(
    "a-b",
    "a.b",
    "a-b-val",
    `${"a".repeat(60)}x`,
    `${"a".repeat(60)}y`,
    "a",
    "a.b.c",
    "a-b.c",
    "a-val-3f9a1c2b-1",
  );
  const id = fc.tuple(fc.oneof(jobName, similar), fc.constantFrom("3f9a1c2b", "00000000", "zz", "zy"), attempt);
  fc.assert(
    fc.property(id, id, (a, b) => {
      fc.pre(a.join("|") !== b.join("|"));
      expect(validationPodName(...a)).not.toBe(validationPodName(...b));
    }),
    { numRuns: 1000 },
  );
});

test("label values end at 63 characters and stay distinct", () => {
  fc.assert(
    fc.property(jobName, jobName, (a, b) => {
      expect(labelValue(a)).toMatch(/^[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/);
      if (a !== b) expect(labelValue(a)).not.toBe(labelValue(b));
    }),
  );
});
