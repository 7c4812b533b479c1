import { z } from "zod";
import { UserError } from "../user-error.js";
import { declare } from "./node.js";

const QUANTITY = /^\+?([0-9]+\.?[0-9]*|\.[0-9]+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?[0-9]+)?$/;

const SUFFIX: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

/** A Kubernetes quantity that is not negative: `500m`, `2Gi`, `1`, also as a number. */
export function quantity(): z.ZodType<number | string> {
  const words = 'a quantity such as "500m", "2", "512Mi" or "2Gi"';
  const schema = z.unknown().check((payload) => {
    const { value } = payload;
    if (typeof value === "number" && Number.isInteger(value) && value >= 0) return;
    if (typeof value === "string" && value.length <= 64 && QUANTITY.test(value)) return;
    const advice = typeof value === "number" ? " (a fraction must be quoted)" : "";
    payload.issues.push({ code: "custom", message: `must be ${words}${advice}`, input: value });
  });
  return declare(schema as unknown as z.ZodType<number | string>, {
    structural: {
      anyOf: [{ type: "integer" }, { type: "string" }],
      "x-kubernetes-int-or-string": true,
      pattern: QUANTITY.source,
      maxLength: 64,
      minimum: 0,
    },
    words: "quantity",
    example: "2Gi",
  });
}

/**
 * The number that a Kubernetes quantity means, in its base unit (bytes, cores, pieces).
 * @throws UserError when it is not one.
 */
export function parseQuantity(value: number | string): number {
  const match = /^([+-]?)([0-9]+\.?[0-9]*|\.[0-9]+)(.*)$/.exec(String(value));
  const [, sign, number, suffix = ""] = match ?? [];
  const factor = suffix === "" ? 1 : /^[eE][+-]?[0-9]+$/.test(suffix) ? Number(`1${suffix}`) : SUFFIX[suffix];
  if (number === undefined || factor === undefined) {
    throw new UserError({ what: `"${value}" is not a quantity`, fix: 'write it as "500m", "2", "512Mi" or "2Gi"' });
  }
  return Number(number) * factor * (sign === "-" ? -1 : 1);
}
