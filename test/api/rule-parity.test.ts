import { describe, expect, test } from "@jest/globals";
import { Environment } from "@marcbachmann/cel-js";
import fc from "fast-check";
import { NotebookValidationJobSpec, parseQuantity } from "../../src/api/index.js";
import { valueOf } from "./contract-arbitrary.js";
import { rulesBelow } from "./rules.js";

/** What Kubernetes adds to CEL and the contract uses. */
class Quantity {
  constructor(readonly amount: number) {}
}
const environment = new Environment({ unlistedVariablesAreDyn: true })
  .registerType("Quantity", Quantity)
  .registerFunction("isQuantity(string): bool", (text: string) => /^[0-9.]+([a-zA-Z0-9]*)$/.test(text))
  .registerFunction("quantity(string): Quantity", (text: string) => new Quantity(parseQuantity(text)))
  .registerFunction("Quantity.compareTo(Quantity): int", (a: Quantity, b: Quantity) =>
    BigInt(Math.sign(a.amount - b.amount)),
  );

/** Values that generators seldom find: each rule must be seen to refuse something. */
const HOSTILE: Readonly<Record<string, readonly unknown[]>> = {
  "spec.notebook.git.url": [
    "https://u:p@h/a",
    "https://ghp_0123456789@github.com/a",
    "https://org@dev.azure.com/org/p/_git/r",
    "ssh://git@-oProxyCommand=x/a",
    "git@h:-x",
    "git@h:x",
  ],
  "spec.podConfig.buildConfig.imageTag": [
    "0123456789ab",
    "0123456789AB",
    "0123456789a",
    "0123456789abc",
    "v0123456789ab",
  ],
  "spec.podConfig.buildConfig.resources": [
    { requests: { memory: "2Gi", cpu: "500m" }, limits: { memory: "1Gi", cpu: "1" } },
    { requests: { memory: "2Gi", cpu: 2 }, limits: { memory: 2147483648, cpu: "1500m" } },
    { requests: { memory: "1Gi" }, limits: { cpu: "1" } },
  ],
  "spec.podConfig.volumes[].name": ["nbv-home", "nbv"],
  "spec.podConfig.volumeMounts[].mountPath": [
    "/nbv",
    "//nbv/x",
    "/data/../nbv",
    "/dev",
    "/dev/shm",
    "/proc/1",
    "/data",
    "/nbvx",
    "/a..b",
  ],
  "spec.podConfig.labels": [{ "mlops.dev/job": "x" }, { "example.com/job": "x" }],
  "spec.notebook.path": ["a/../b.ipynb", "..", "a.txt", "a..b.ipynb"],
};

describe("every rule says the same in CEL and in TypeScript", () => {
  const rules = rulesBelow(NotebookValidationJobSpec, "spec").filter(({ rule }) => rule.cel !== undefined);

  test.each(rules.map((attached) => [`${attached.path}: ${attached.rule.cel}`, attached] as const))(
    "%s",
    (_title, attached) => {
      const { rule, schema, path } = attached;
      const judge = environment.parse(rule.cel ?? "");
      const seen = new Set<boolean>();
      const same = (value: unknown) => {
        const verdict = rule.holds(value);
        seen.add(verdict);
        expect({ value, cel: judge({ self: celValue(value) }) }).toEqual({ value, cel: verdict });
      };
      (HOSTILE[path] ?? []).forEach(same);
      fc.assert(fc.property(valueOf(schema, "structural"), same), { numRuns: 150, seed: 20261121 });
      expect([...seen].sort()).toEqual([false, true]);
    },
  );
});

/** CEL's integers are bigints in this library; decimals stay numbers. */
function celValue(value: unknown): unknown {
  if (typeof value === "number") return Number.isInteger(value) ? BigInt(value) : value;
  if (Array.isArray(value)) return value.map(celValue);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, celValue(entry)]));
}
