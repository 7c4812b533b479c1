import { valid } from "@renovatebot/pep440";
import type { Marker, MarkerCondition, MarkerOperator } from "./marker.js";
import type { VersionClause } from "./requirement-set.js";
import { areContradictory, meets } from "./version-range.js";

/** Most alternatives of two markers together; beyond, they are taken to meet. Real markers have a handful. */
const MAX_ALTERNATIVES = 16;
/** Most comparisons in one alternative. */
const MAX_CLAIMS = 16;
/** Most pairs of markers that one comparer looks at: a bound on its time, whatever the file. */
const MAX_PAIRS = 500;

/** Every `python_version` there was and that may come. */
const PYTHON_VERSIONS: readonly string[] = [
  "2.6",
  "2.7",
  ...Array.from({ length: 60 }, (_, minor) => `3.${minor}`),
  ...Array.from({ length: 10 }, (_, minor) => `4.${minor}`),
];
const OTHER_VERSIONS: ReadonlySet<string> = new Set(["python_full_version", "implementation_version"]);

/** A comparison of one variable with a text. */
interface Claim {
  readonly variable: string;
  /** `contains` = the text is part of the variable's value. */
  readonly operator: MarkerOperator | "contains" | "lacks";
  readonly text: string;
}

/** Compares the markers of one set. */
export class MarkerComparer {
  private pairs = 0;
  private readonly versionsByClaim = new Map<string, readonly boolean[]>();

  /**
   * Whether two requirements may apply to the same environment: `false` when their markers exclude each other for
   * certain, and when {@link MAX_PAIRS} were compared already, so that nothing is claimed about the rest.
   */
  mayMeet(a: Marker | undefined, b: Marker | undefined): boolean {
    if (a === undefined || b === undefined || a.text === b.text) return true;
    this.pairs += 1;
    if (this.pairs > MAX_PAIRS) return false;
    const alternatives = alternativesOf({ kind: "and", conditions: [a.condition, b.condition] });
    return alternatives?.some((claims) => !this.isImpossible(claims)) ?? true;
  }

  private isImpossible(claims: readonly Claim[]): boolean {
    const variables = new Set(claims.map((claim) => claim.variable));
    return [...variables].some((variable) => {
      const own = claims.filter((claim) => claim.variable === variable);
      if (variable === "python_version") return this.hasNoPython(own);
      if (OTHER_VERSIONS.has(variable)) return areContradictory(own.flatMap(clauseOf));
      const value = own.find(({ operator }) => operator === "==" || operator === "===")?.text;
      return value !== undefined && !own.every((claim) => holdsAsText(claim, value));
    });
  }

  private hasNoPython(claims: readonly Claim[]): boolean {
    const columns = claims.map((claim) => this.versionsOf(claim));
    return !PYTHON_VERSIONS.some((_, row) => columns.every((column) => column[row]));
  }

  private versionsOf(claim: Claim): readonly boolean[] {
    const key = `${claim.operator} ${claim.text}`;
    let versions = this.versionsByClaim.get(key);
    if (versions === undefined) {
      versions = PYTHON_VERSIONS.map((value) => holds(claim, value));
      this.versionsByClaim.set(key, versions);
    }
    return versions;
  }
}

/** The condition as alternatives of claims that hold together, unless there are too many. */
function alternativesOf(condition: MarkerCondition): readonly (readonly Claim[])[] | undefined {
  if (condition.kind === "comparison") {
    const claim = claimOf(condition);
    return [claim === undefined ? [] : [claim]];
  }
  let result: readonly (readonly Claim[])[] = condition.kind === "and" ? [[]] : [];
  for (const part of condition.conditions) {
    const alternatives = alternativesOf(part);
    if (alternatives === undefined) return undefined;
    result =
      condition.kind === "or"
        ? [...result, ...alternatives]
        : result.flatMap((left) => alternatives.map((right) => [...left, ...right]));
    if (result.length > MAX_ALTERNATIVES || result.some(({ length }) => length > MAX_CLAIMS)) return undefined;
  }
  return result;
}

const MIRRORED: Partial<Record<MarkerOperator, MarkerOperator>> = { "<": ">", "<=": ">=", ">": "<", ">=": "<=" };

function claimOf(comparison: Extract<MarkerCondition, { kind: "comparison" }>): Claim | undefined {
  const { left, operator, right } = comparison;
  if ("variable" in left) {
    return "text" in right ? { variable: left.variable, operator, text: right.text } : undefined;
  }
  if (!("variable" in right)) return undefined;
  const { variable } = right;
  if (operator === "in") return { variable, operator: "contains", text: left.text };
  if (operator === "not in") return { variable, operator: "lacks", text: left.text };
  // ~= is not the same the other way round.
  return operator === "~=" ? undefined : { variable, operator: MIRRORED[operator] ?? operator, text: left.text };
}

function clauseOf({ operator, text }: Claim): VersionClause[] {
  const isClause = operator !== "in" && operator !== "not in" && operator !== "contains" && operator !== "lacks";
  return isClause && operator !== "===" && isVersion(text) ? [{ operator, version: text }] : [];
}

function isVersion(text: string): boolean {
  return valid(text.replace(/\.\*$/, "")) !== null;
}

/** As versions are compared where the text is one, else as texts. */
function holds(claim: Claim, value: string): boolean {
  const [clause] = clauseOf(claim);
  return clause === undefined ? holdsAsText(claim, value) : meets(value, [clause]);
}

function holdsAsText({ operator, text }: Claim, value: string): boolean {
  switch (operator) {
    case "==":
    case "===":
      return value === text;
    case "!=":
      return value !== text;
    case "in":
      return text.includes(value);
    case "not in":
      return !text.includes(value);
    case "contains":
      return value.includes(text);
    case "lacks":
      return !value.includes(text);
    default:
      // Texts have no order: nothing is claimed.
      return true;
  }
}
