import { z } from "zod";
import { bare } from "../../src/api/problem.js";
import { checksOf, nodeOf } from "../../src/api/schema/node.js";
import { type RuleText, ruleOf } from "../../src/api/schema/rule.js";

/** One rule of the contract and the schema that it is attached to. */
export interface AttachedRule {
  /** Path of the schema: `spec.podConfig.volumes[]`. */
  readonly path: string;
  readonly schema: z.core.$ZodType;
  readonly rule: RuleText<unknown>;
}

/** Every rule below `schema`, each text once. */
export function rulesBelow(schema: z.core.$ZodType, path: string): AttachedRule[] {
  const inner = bare(schema);
  const own = checksOf(inner).flatMap((check) => {
    const rule = ruleOf(check);
    return rule === undefined ? [] : [{ path, schema: inner, rule: rule as unknown as RuleText<unknown> }];
  });
  const node = nodeOf(inner);
  const children: [z.core.$ZodType, string][] =
    inner instanceof z.ZodObject
      ? Object.entries(inner.shape as Record<string, z.core.$ZodType>).map(([name, child]) => [
          child,
          `${path}.${name}`,
        ])
      : node?.items !== undefined
        ? [[node.items, `${path}[]`]]
        : node?.values !== undefined
          ? [[node.values, `${path}{}`]]
          : [];
  const all = [...own, ...children.flatMap(([child, at]) => rulesBelow(child, at))];
  return all.filter(({ rule }, index) => all.findIndex((other) => other.rule.cel === rule.cel) === index);
}
