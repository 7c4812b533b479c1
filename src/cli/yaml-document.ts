import {
  type Alias,
  type CollectionTag,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Pair,
  type ParsedNode,
  parseAllDocuments,
  type ScalarTag,
  type Tags,
  type YAMLMap,
} from "yaml";
import { UserError } from "../api/user-error.js";
import { keyMistake } from "./yaml-keys.js";

/** Deepest nesting that is read. The contract itself is 12 levels deep. */
const MAX_DEPTH = 100;
/** How often one anchor may be used, counting what its content refers to in turn. */
const MAX_ALIASES = 100;

/** Most documents of a stream. */
const MAX_DOCUMENTS = 10_000;

/** A place in a text, counted from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** One document of a YAML stream, with positions. */
export interface YamlDocument {
  readonly value: unknown;
  /** Position of the field at `path`: its value, its key when `of` is `"key"`, else the nearest place that exists. */
  position(path: readonly (string | number)[], of: "key" | "value"): Position;
}

/**
 * Reads a YAML stream as `kubectl` does: YAML 1.1 words for true and false, merge keys, JSON included.
 * Empty documents are left out.
 * @throws UserError for what is not YAML, repeats keys, nests too deeply or expands beyond reason.
 */
export function readYaml(text: string, name: string): YamlDocument[] {
  if ((text.match(/^---/gm)?.length ?? 0) > MAX_DOCUMENTS) {
    throw new UserError({ what: `${name}: has more than ${MAX_DOCUMENTS} documents: split it` });
  }
  const lines = new LineCounter();
  const documents = refusing(name, () =>
    parseAllDocuments(text, {
      version: "1.1",
      uniqueKeys: false, // judged by keyMistake
      customTags: (tags) =>
        tags.filter((tag) => typeof tag === "string" || !isReadAsText(tag)).map(withoutFalseNumbers),
      lineCounter: lines,
      prettyErrors: false,
      logLevel: "silent",
    }),
  );
  if (!Array.isArray(documents)) return [];
  const read: YamlDocument[] = [];
  for (const document of documents as Document.Parsed[]) {
    const [error] = document.errors;
    if (error !== undefined) {
      if (/call stack/.test(error.message)) throw new UserError({ what: `${name}: is nested too deeply` });
      throw new UserError({ what: `${placeIn(name, lines, error.pos[0])}: is not YAML: ${firstLine(error.message)}` });
    }
    const mistake = refusing(name, () => keyMistake(document));
    if (mistake !== undefined) {
      throw new UserError({ what: `${placeIn(name, lines, mistake.offset)}: ${mistake.message}` });
    }
    if (document.contents === null || (isScalar(document.contents) && document.contents.value === null)) continue;
    const value: unknown = refusing(name, () => document.toJS({ maxAliasCount: MAX_ALIASES }) as unknown);
    refuseDepth(value, name);
    read.push({ value, position: (path, of) => locate(document, lines, path, of) });
  }
  return read;
}

/** YAML 1.1 types that `kubectl` reads as plain text: times, base-60 numbers and collections that JSON lacks. */
function isReadAsText(tag: { tag: string; format?: string }): boolean {
  return tag.format === "TIME" || /:(timestamp|binary|omap|pairs|set)$/.test(tag.tag);
}

/** A commit `e1234567` and a path `.` are text to `kubectl`; this library's YAML 1.1 takes them for numbers. */
function withoutFalseNumbers(tag: Tags[number]): Tags[number] {
  if (typeof tag === "string" || !isFloat(tag) || tag.test?.test(".nan") === true) return tag;
  return {
    ...tag,
    resolve(...[text, ...rest]: Parameters<ScalarTag["resolve"]>) {
      const read = tag.resolve(text, ...rest);
      return Number.isFinite(isScalar(read) ? read.value : read) ? read : text;
    },
  };
}

function isFloat(tag: CollectionTag | ScalarTag): tag is ScalarTag {
  return tag.tag === "tag:yaml.org,2002:float";
}

function placeIn(name: string, lines: LineCounter, offset: number): string {
  const { line, col } = lines.linePos(offset);
  return `${name}:${line}:${col}`;
}

function refusing<T>(name: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof RangeError) throw new UserError({ what: `${name}: is nested too deeply` });
    if (error instanceof ReferenceError && /alias count/.test(error.message)) {
      throw new UserError({ what: `${name}: its aliases expand to an unreasonable size` });
    }
    throw new UserError({
      what: `${name}: is not YAML: ${firstLine(error instanceof Error ? error.message : String(error))}`,
    });
  }
}

function firstLine(message: string): string {
  return message.split("\n")[0] ?? message;
}

/** @throws UserError for a value that nests so deeply that reading it further could exhaust the stack */
export function refuseDepth(value: unknown, name: string): void {
  if (isDeeperThan(value, MAX_DEPTH))
    throw new UserError({ what: `${name}: is nested deeper than ${MAX_DEPTH} levels` });
}

function isDeeperThan(value: unknown, limit: number): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > limit) return true;
    const next = new Set<unknown>();
    for (const entry of level) {
      if (typeof entry !== "object" || entry === null) continue;
      for (const child of Object.values(entry)) if (typeof child === "object" && child !== null) next.add(child);
    }
    level = [...next];
  }
  return false;
}

function locate(
  document: Document.Parsed,
  lines: LineCounter,
  path: readonly (string | number)[],
  of: "key" | "value",
): Position {
  let node: ParsedNode | null = document.contents;
  let offset = node?.range[0] ?? 0;
  for (const [index, step] of path.entries()) {
    const last = index === path.length - 1;
    const at: ParsedNode | null = resolved(node, document);
    if (isMap(at)) {
      const pair: Pair<ParsedNode, ParsedNode | null> | undefined = pairOf(at, String(step), document);
      if (pair === undefined) break;
      node = pair.value;
      offset = (last && of === "value" && node !== null ? node : pair.key).range[0];
    } else if (isSeq(at)) {
      node = at.items[Number(step)] ?? null;
      if (node === null) break;
      offset = node.range[0];
    } else break;
  }
  const { line, col } = lines.linePos(offset);
  return { line, column: col };
}

/** The entry of a map, merged maps included. */
function pairOf(
  map: YAMLMap.Parsed,
  key: string,
  document: Document.Parsed,
): Pair<ParsedNode, ParsedNode | null> | undefined {
  const keyText = (pair: Pair<ParsedNode, ParsedNode | null>) =>
    isScalar(pair.key) ? String(pair.key.value) : undefined;
  const own = map.items.find((pair) => keyText(pair) === key);
  if (own !== undefined) return own;
  for (const pair of map.items) {
    if (!isScalar(pair.key) || (pair.key.source ?? String(pair.key.value)) !== "<<") continue;
    const merged = resolved(pair.value, document);
    const sources = isSeq(merged) ? merged.items : [merged];
    for (const source of sources) {
      const target = resolved(source, document);
      const found = isMap(target) ? pairOf(target, key, document) : undefined;
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

function resolved(node: ParsedNode | null, document: Document.Parsed): ParsedNode | null {
  return isAlias(node) ? (((node as Alias).resolve(document) as ParsedNode | undefined) ?? null) : node;
}
