import { InvalidRequirement } from "./invalid-requirement.js";
import { PYTHON_SPACE, strip } from "./python-text.js";
import type { VersionClause } from "./requirement-set.js";

const PRE = "(?:[-_.]?(?:alpha|beta|preview|pre|a|b|c|rc)[-_.]?[0-9]*)?";
const POST = "(?:-[0-9]+|[-_.]?(?:post|rev|r)[-_.]?[0-9]*)?";
const DEV = "(?:[-_.]?dev[-_.]?[0-9]*)?";
const LOCAL = "(?:\\+[a-z0-9]+(?:[-_.][a-z0-9]+)*)?";
const EPOCH = `[${PYTHON_SPACE}]*v?(?:[0-9]+!)?`;

/** One clause, as the version specifiers specification (PEP 440) spells it. */
const CLAUSE = [
  `===[${PYTHON_SPACE}]*[^${PYTHON_SPACE};)]*`,
  `(?:==|!=)${EPOCH}[0-9]+(?:\\.[0-9]+)*(?:\\.\\*|${PRE}${POST}${DEV}${LOCAL})`,
  `~=${EPOCH}[0-9]+(?:\\.[0-9]+)+${PRE}${POST}${DEV}`,
  `(?:<=|>=|<|>)${EPOCH}[0-9]+(?:\\.[0-9]+)*${PRE}${POST}${DEV}`,
].join("|");

/** Finds a clause at `lastIndex`. */
export const CLAUSE_HERE = new RegExp(CLAUSE, "iy");
const CLAUSE_ONLY = new RegExp(`^(?:${CLAUSE})$`, "i");
const OPERATOR = /^(?:===|==|!=|~=|<=|>=|<|>)/;

/**
 * The clauses of a specifier such as `>=1.2,<2`. A comma too many at the end is accepted, as pip accepts it.
 * @throws InvalidRequirement naming the clause that is none
 */
export function versionClauses(specifier: string): VersionClause[] {
  const clauses: VersionClause[] = [];
  for (const part of specifier.split(",")) {
    const text = strip(part);
    if (text === "") continue;
    const operator = CLAUSE_ONLY.test(text) ? OPERATOR.exec(text)?.[0] : undefined;
    if (operator === undefined)
      throw new InvalidRequirement(`has the version clause ${text}, which is none`, "write ==VERSION");
    clauses.push({ operator: operator as VersionClause["operator"], version: strip(text.slice(operator.length)) });
  }
  return clauses;
}
