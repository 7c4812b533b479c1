import { KubeError } from "./kube-error.js";
import { labelKeyProblem, labelValueProblem } from "./names.js";

/** One condition of a label selector; all of them must hold. */
export type LabelRequirement =
  | { readonly operator: "exists" | "absent"; readonly key: string }
  | { readonly operator: "in" | "notin"; readonly key: string; readonly values: ReadonlySet<string> }
  | { readonly operator: "gt" | "lt"; readonly key: string; readonly bound: bigint };

/** Whether an object with these labels is selected. */
export type LabelPredicate = (labels: Readonly<Record<string, string>> | undefined) => boolean;

/**
 * Parses Kubernetes' label selector grammar: `a=b`, `a==b`, `a!=b`, `a in (x,y)`, `a notin (x)`, `a`, `!a`, `a>1`, `a<2`,
 * joined by commas. `!=` and `notin` select objects without the label too, as the API server does.
 * @throws KubeError `BadRequest`
 */
export function parseLabelSelector(text: string): LabelRequirement[] {
  const tokens = tokenize(text);
  const requirements: LabelRequirement[] = [];
  let at = 0;
  const fail = (expected: string): never => {
    const found = tokens[at] ?? "the end";
    throw badSelector(text, `found ${JSON.stringify(found)}, expected ${expected}`);
  };
  const key = (): string => {
    const word = tokens[at];
    if (word === undefined || isSymbol(word)) return fail("a label key");
    const problem = labelKeyProblem(word);
    if (problem !== undefined) throw badSelector(text, problem);
    at++;
    return word;
  };
  const value = (): string => {
    const word = tokens[at];
    if (word === undefined || isSymbol(word)) return ""; // `a=` selects the empty value
    const problem = labelValueProblem(word);
    if (problem !== undefined) throw badSelector(text, problem);
    at++;
    return word;
  };
  const values = (): Set<string> => {
    if (tokens[at] !== "(") fail('"("');
    at++;
    const set = new Set([value()]);
    while (tokens[at] === ",") {
      at++;
      set.add(value());
    }
    if (tokens[at] !== ")") fail('"," or ")"');
    at++;
    return set;
  };
  const requirement = (): LabelRequirement => {
    if (tokens[at] === "!") {
      at++;
      return { operator: "absent", key: key() };
    }
    const name = key();
    const operator = tokens[at];
    switch (operator) {
      case undefined:
      case ",":
        return { operator: "exists", key: name };
      case "=":
      case "==":
        at++;
        return { operator: "in", key: name, values: new Set([value()]) };
      case "!=":
        at++;
        return { operator: "notin", key: name, values: new Set([value()]) };
      case "in":
      case "notin":
        at++;
        return { operator, key: name, values: values() };
      case ">":
      case "<": {
        at++;
        const bound = value();
        if (!INTEGER.test(bound)) throw badSelector(text, `${JSON.stringify(bound)} is not an integer`);
        return { operator: operator === ">" ? "gt" : "lt", key: name, bound: BigInt(bound) };
      }
      default:
        return fail("an operator");
    }
  };
  while (at < tokens.length) {
    requirements.push(requirement());
    if (at === tokens.length) break;
    if (tokens[at] !== ",") fail('","');
    at++;
    if (at === tokens.length) fail("a label key");
  }
  return requirements;
}

/** Compiles a label selector; absent or empty text selects everything. @throws KubeError `BadRequest` */
export function labelPredicate(selector: string | undefined): LabelPredicate {
  if (selector === undefined || selector.trim() === "") return () => true;
  const requirements = parseLabelSelector(selector);
  return (labels) => requirements.every((requirement) => holds(requirement, labels ?? {}));
}

function holds(requirement: LabelRequirement, labels: Readonly<Record<string, string>>): boolean {
  const value = Object.hasOwn(labels, requirement.key) ? labels[requirement.key] : undefined;
  switch (requirement.operator) {
    case "exists":
      return value !== undefined;
    case "absent":
      return value === undefined;
    case "in":
      return value !== undefined && requirement.values.has(value);
    case "notin":
      return value === undefined || !requirement.values.has(value);
    case "gt":
      return value !== undefined && INTEGER.test(value) && BigInt(value) > requirement.bound;
    case "lt":
      return value !== undefined && INTEGER.test(value) && BigInt(value) < requirement.bound;
    default:
      return requirement satisfies never;
  }
}

const INTEGER = /^-?\d{1,19}$/;
const TOKEN = /\s*(==|!=|[=!(),<>]|[^\s=!(),<>]+)\s*/y;

function tokenize(text: string): string[] {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  for (let match = TOKEN.exec(text); match?.[1] !== undefined; match = TOKEN.exec(text)) tokens.push(match[1]);
  return tokens;
}

function isSymbol(token: string): boolean {
  return /^[=!(),<>]/.test(token);
}

function badSelector(text: string, problem: string): KubeError {
  return new KubeError({ reason: "BadRequest", message: `unable to parse label selector "${text}": ${problem}` });
}
