import { InvalidRequirement } from "./invalid-requirement.js";
import { normalName } from "./normal-name.js";
import { TokenReader } from "./token-reader.js";

/** A variable of the environment (`python_version`, `sys_platform`, …), or a text to compare it with. */
export type MarkerOperand = { readonly variable: string } | { readonly text: string };

/** How two operands are compared. */
export type MarkerOperator = "==" | "===" | "!=" | "~=" | "<" | "<=" | ">" | ">=" | "in" | "not in";

/** What a marker demands. */
export type MarkerCondition =
  | {
      readonly kind: "comparison";
      readonly left: MarkerOperand;
      readonly operator: MarkerOperator;
      readonly right: MarkerOperand;
    }
  | { readonly kind: "and" | "or"; readonly conditions: readonly MarkerCondition[] };

/** A condition on the environment that a requirement is for (PEP 508): `python_version < "3.11"`. */
export interface Marker {
  /** In one spelling: single spaces, double quotes, no needless parentheses. */
  readonly text: string;
  readonly condition: MarkerCondition;
}

const VARIABLE =
  /\b(?:python_version|python_full_version|os[._]name|sys[._]platform|platform_(?:release|system)|platform[._](?:version|machine|python_implementation)|python_implementation|implementation_(?:name|version)|extras?|dependency_groups)\b/y;
const QUOTED = /'[^']*'|"[^"]*"/y;
const OPERATOR = /===|==|~=|!=|<=|>=|<|>/y;
const IN = /in\b/y;
const NOT = /not\b/y;
const AND = /and\b/y;
const OR = /or\b/y;
const OPEN = /\(/y;
const CLOSE = /\)/y;
const SPACES = /[ \t]+/y;

/** What most broken markers lack. */
export const MARKER_FIX = 'write the marker as ; python_version < "3.12", its value in quotes';

/** Deepest nesting of parentheses. Real markers have one or two. */
const MAX_DEPTH = 50;

/**
 * Parses a marker that is all of `text`.
 * @throws InvalidRequirement when it is none
 */
export function parseMarker(text: string): Marker {
  const reader = new TokenReader(text);
  const marker = readMarker(reader);
  if (!reader.isAtEnd) throw new InvalidRequirement(`has ${JSON.stringify(reader.rest)} after its marker`, MARKER_FIX);
  return marker;
}

/** Reads a marker from where the reader is. */
export function readMarker(reader: TokenReader): Marker {
  const condition = readCondition(reader, 0);
  return { text: markerText(condition), condition };
}

/** `and` binds stronger than `or`. */
function readCondition(reader: TokenReader, depth: number): MarkerCondition {
  if (depth > MAX_DEPTH)
    throw new InvalidRequirement("has a marker with too many parentheses", "remove those that are not needed");
  const alternatives: MarkerCondition[][] = [[readAtom(reader, depth)]];
  for (;;) {
    if (reader.take(AND) !== undefined) alternatives.at(-1)?.push(readAtom(reader, depth));
    else if (reader.take(OR) !== undefined) alternatives.push([readAtom(reader, depth)]);
    else break;
  }
  return combined(
    "or",
    alternatives.map((conditions) => combined("and", conditions)),
  );
}

function combined(kind: "and" | "or", conditions: readonly MarkerCondition[]): MarkerCondition {
  const [only, ...others] = conditions;
  return only !== undefined && others.length === 0 ? only : { kind, conditions };
}

function readAtom(reader: TokenReader, depth: number): MarkerCondition {
  reader.skipSpace();
  let condition: MarkerCondition;
  if (reader.take(OPEN) !== undefined) {
    condition = readCondition(reader, depth + 1);
    reader.expect(CLOSE, "a closing parenthesis", MARKER_FIX);
  } else {
    const left = readOperand(reader);
    reader.skipSpace();
    const operator = readOperator(reader);
    reader.skipSpace();
    condition = comparison(left, operator, readOperand(reader));
  }
  reader.skipSpace();
  return condition;
}

function readOperand(reader: TokenReader): MarkerOperand {
  const variable = reader.take(VARIABLE)?.replace(".", "_");
  if (variable !== undefined) {
    return { variable: variable === "python_implementation" ? "platform_python_implementation" : variable };
  }
  return { text: unquoted(reader.expect(QUOTED, "a marker variable or a quoted text", MARKER_FIX)) };
}

function readOperator(reader: TokenReader): MarkerOperator {
  if (reader.take(IN) !== undefined) return "in";
  if (reader.take(NOT) !== undefined) {
    reader.expect(SPACES, "a space after not", MARKER_FIX);
    reader.expect(IN, "in after not", MARKER_FIX);
    return "not in";
  }
  return reader.expect(OPERATOR, "an operator such as == or <", MARKER_FIX) as MarkerOperator;
}

/** Python reads the text as one of its literals: a backslash escapes. No real marker has one. */
function unquoted(literal: string): string {
  const inside = literal.slice(1, -1);
  if (inside.includes("\\")) throw new InvalidRequirement("has a backslash in its marker", "remove it");
  return inside;
}

/** Names of extras are compared like names of packages (PEP 685). */
function comparison(left: MarkerOperand, operator: MarkerOperator, right: MarkerOperand): MarkerCondition {
  const normal = (operand: MarkerOperand, other: MarkerOperand): MarkerOperand =>
    "variable" in other && /^(?:extras?|dependency_groups)$/.test(other.variable) && "text" in operand
      ? { text: normalName(operand.text) }
      : operand;
  return { kind: "comparison", left: normal(left, right), operator, right: normal(right, left) };
}

function markerText(condition: MarkerCondition, within?: "and" | "or"): string {
  if (condition.kind === "comparison") {
    return `${operandText(condition.left)} ${condition.operator} ${operandText(condition.right)}`;
  }
  const text = condition.conditions.map((part) => markerText(part, condition.kind)).join(` ${condition.kind} `);
  return condition.kind === "or" && within === "and" ? `(${text})` : text;
}

function operandText(operand: MarkerOperand): string {
  if ("variable" in operand) return operand.variable;
  return operand.text.includes('"') ? `'${operand.text}'` : `"${operand.text}"`;
}
