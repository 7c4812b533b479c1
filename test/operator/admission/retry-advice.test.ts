import { expect, test } from "@jest/globals";
import { parseOperatorConfig } from "../../../src/api/index.js";
import { jobAdvice } from "../../../src/operator/admission/job-advice.js";
import { aJobObject } from "./requests.js";

const podConfig = {
  containerImage: "quay.io/jupyter/minimal-notebook:2025-03-14",
  resources: { limits: { memory: "8Gi" } },
};
const memoryBump = { factor: 2, max: "16Gi" };

function advice(retryPolicy: object, spec: object = { podConfig }, config: object = {}): string[] {
  const job = aJobObject({ ...spec, retryPolicy });
  return jobAdvice(job as never, parseOperatorConfig(config))
    .filter(({ field }) => field.startsWith("spec.retryPolicy"))
    .map(({ field, message }) => `${field} ${message}`);
}

test.each<[string, object, object, object, RegExp]>([
  [
    "a base that the strategy caps",
    { backoffBaseSeconds: 120 },
    {},
    {},
    /backoffBaseSeconds no .* 60 s of strategy de/,
  ],
  [
    "one that the strategy of its priority caps",
    { backoffBaseSeconds: 20 },
    { priority: 90 },
    {},
    /15 s of .*high_pri/,
  ],
  ["more memory than no limit", { memoryBump }, { podConfig: {} }, { defaultResources: {} }, /without a memory limit/],
  [
    "more memory up to the limit",
    { memoryBump: { ...memoryBump, max: "8Gi" } },
    {},
    {},
    /max \(8Gi\) .* limit \(8Gi\)/,
  ],
  [
    "more memory without smart recovery",
    { memoryBump },
    { recoveryConfig: { enableSmartRecovery: false } },
    {},
    /no effect with recoveryConfig.enableSmartRecovery: false/,
  ],
  ["more memory without retries", { memoryBump, enabled: false }, {}, {}, /no effect with retryPolicy.enabled: false/],
])("the author of a job hears of %s", (_, retryPolicy, spec, config, said) => {
  expect(advice(retryPolicy, { podConfig, ...spec }, config)).toEqual([expect.stringMatching(said)]);
});

test.each<[string, object]>([
  ["a base below the strategy's longest delay", { backoffBaseSeconds: 30 }],
  ["a base with a longest delay of its own", { backoffBaseSeconds: 120, maxBackoffSeconds: 3600 }],
  ["a base that does not grow", { backoffBaseSeconds: 120, backoffPolicy: "fixed" }],
  ["more memory than the limit", { memoryBump }],
])("nothing is said about %s", (_, retryPolicy) => {
  expect(advice(retryPolicy)).toEqual([]);
});

test("the operator's own limit is one, too", () => {
  const limited = { defaultResources: { limits: { memory: "4Gi" } } };
  expect(advice({ memoryBump }, { podConfig: {} }, limited)).toEqual([]);
});
