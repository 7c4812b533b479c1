import { InvalidRequirement } from "./invalid-requirement.js";
import { MARKER_FIX, type Marker, readMarker } from "./marker.js";
import { normalName } from "./normal-name.js";
import type { VersionClause } from "./requirement-set.js";
import { CLAUSE_HERE, versionClauses } from "./specifier.js";
import { TokenReader } from "./token-reader.js";

/** A dependency specifier (PEP 508). */
export interface NamedRequirement {
  readonly name: string;
  /** Sorted, normalised. */
  readonly extras: readonly string[];
  readonly clauses: readonly VersionClause[];
  readonly url?: string;
  readonly marker?: Marker;
}

const IDENTIFIER = /[A-Za-z0-9][A-Za-z0-9._-]*\b/y;
const URL_WORD = /[^ \t]+/y;
const OPEN_BRACKET = /\[/y;
const CLOSE_BRACKET = /\]/y;
const OPEN = /\(/y;
const CLOSE = /\)/y;
const COMMA = /,/y;
const AT = /@/y;
const SEMICOLON = /;/y;
const SPACES = /[ \t]+/y;
const OPERATOR = /[=<>!~]=|[<>]/y;

/**
 * Parses `name[extras] (clauses) ; marker` or `name[extras] @ URL ; marker`.
 * @throws InvalidRequirement when the text is neither
 */
export function parseNamedRequirement(text: string): NamedRequirement {
  const reader = new TokenReader(text);
  reader.skipSpace();
  const name = reader.expect(IDENTIFIER, "the name of a package");
  reader.skipSpace();
  const extras = readExtras(reader);
  reader.skipSpace();
  if (reader.take(AT) !== undefined) {
    reader.skipSpace();
    const url = reader.expect(URL_WORD, "a URL");
    const isSpaced = reader.take(SPACES) !== undefined;
    const marker = !reader.isAtEnd && isSpaced ? readMarkerPart(reader) : undefined;
    return { name, extras, clauses: [], url, ...(marker && { marker }) };
  }
  const clauses = readClauses(reader);
  reader.skipSpace();
  const marker = reader.isAtEnd ? undefined : readMarkerPart(reader);
  return { name, extras, clauses, ...(marker && { marker }) };
}

function readMarkerPart(reader: TokenReader): Marker {
  if (reader.sees(OPERATOR)) throw new InvalidRequirement(`has ${reader.rest}, which compares with no version`);
  reader.expect(SEMICOLON, "a version clause, a semicolon before a marker, or the end");
  const marker = readMarker(reader);
  reader.skipSpace();
  if (!reader.isAtEnd) throw new InvalidRequirement(`has ${JSON.stringify(reader.rest)} after its marker`, MARKER_FIX);
  return marker;
}

function readExtras(reader: TokenReader): string[] {
  if (reader.take(OPEN_BRACKET) === undefined) return [];
  const extras = new Set<string>();
  reader.skipSpace();
  if (reader.take(CLOSE_BRACKET) !== undefined) return [];
  for (;;) {
    extras.add(normalName(reader.expect(IDENTIFIER, "the name of an extra", "write extras as NAME[EXTRA,OTHER]")));
    reader.skipSpace();
    if (reader.take(CLOSE_BRACKET) !== undefined) return [...extras].sort();
    reader.expect(COMMA, "a comma or a closing bracket", "write extras as NAME[EXTRA,OTHER]");
    reader.skipSpace();
  }
}

function readClauses(reader: TokenReader): VersionClause[] {
  const isEnclosed = reader.take(OPEN) !== undefined;
  reader.skipSpace();
  let specifier = "";
  for (;;) {
    const clause = reader.take(CLAUSE_HERE);
    if (clause === undefined) break;
    specifier += `${clause},`;
    reader.skipSpace();
    if (reader.take(COMMA) === undefined) break;
    reader.skipSpace();
  }
  if (isEnclosed) reader.expect(CLOSE, "a closing parenthesis");
  return versionClauses(specifier);
}

/**
 * Extras of a text such as `[a,b]`.
 * @throws InvalidRequirement when it is none
 */
export function parseExtras(bracketed: string): readonly string[] {
  return parseNamedRequirement(`placeholder${bracketed}`).extras;
}
