import { codeFacts, type Facts, proseFacts } from "./facts.js";

/** A text that is only told of cases with these facts. */
export interface Case {
  readonly when: Readonly<Record<string, string>>;
  readonly text: string;
}

/**
 * A text with places for facts of the case (`%{name}`, `%{file}`…). A list gives variants, the most telling first: the
 * first one whose facts are all known, and as it demands, is used.
 */
export type Text = string | readonly (string | Case)[];

/** What there is to learn from one kind of finding. */
export interface FeedbackEntry {
  /** Why it matters, or why it happened. */
  readonly explanation: Text;
  /** The better way. */
  readonly bestPractice: Text;
  /** The better way as Python. */
  readonly example?: Text;
  /** What to do next. */
  readonly suggestion?: Text;
}

/** An entry with the facts of one case in its places. */
export interface Lesson {
  readonly explanation: string;
  readonly bestPractice: string;
  readonly example?: string;
  readonly suggestion?: string;
}

/** `entry` for one case. What names a fact that is not known is left out. */
export function lessonFrom(entry: FeedbackEntry, facts: Facts): Lesson {
  const prose = proseFacts(facts);
  const example = filled(entry.example, codeFacts(facts), facts);
  const suggestion = filled(entry.suggestion, prose, facts);
  return {
    explanation: filled(entry.explanation, prose, facts) ?? "",
    bestPractice: filled(entry.bestPractice, prose, facts) ?? "",
    ...(example !== undefined && { example }),
    ...(suggestion !== undefined && { suggestion }),
  };
}

/** The variants of `text`, the most telling first. */
export function variants(text: Text | undefined): readonly (string | Case)[] {
  if (text === undefined) return [];
  return typeof text === "string" ? [text] : text;
}

const PLACE = /%\{([a-z][A-Za-z]*)\}/g;

/** The first variant of `text` that applies to `all` facts and that `known` ones can fill; `undefined` when there is none. */
function filled(text: Text | undefined, known: ReadonlyMap<string, string>, all: Facts): string | undefined {
  const variant = variants(text).find((each) => applies(each, all) && placesOf(each).every((name) => known.has(name)));
  return variant && textOf(variant).replace(PLACE, (_, name: string) => known.get(name) ?? "");
}

function applies(variant: string | Case, facts: Facts): boolean {
  return typeof variant === "string" || Object.entries(variant.when).every(([name, value]) => facts[name] === value);
}

function textOf(variant: string | Case): string {
  return typeof variant === "string" ? variant : variant.text;
}

/** Names of the facts that `variant` puts into its places. */
export function placesOf(variant: string | Case): string[] {
  return [...textOf(variant).matchAll(PLACE)].map(([, name]) => name ?? "");
}
