import { codeFacts, type Facts, proseFacts } from "./facts.js";

/**
 * A text with places for facts of the case (`%{name}`, `%{file}`…). A list gives variants, the most telling first: the
 * first one whose facts are all known is used.
 */
export type Text = string | readonly string[];

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
  const example = filled(entry.example, codeFacts(facts));
  const suggestion = filled(entry.suggestion, prose);
  return {
    explanation: filled(entry.explanation, prose) ?? "",
    bestPractice: filled(entry.bestPractice, prose) ?? "",
    ...(example !== undefined && { example }),
    ...(suggestion !== undefined && { suggestion }),
  };
}

/** The variants of `text`, the most telling first. */
export function variants(text: Text | undefined): readonly string[] {
  if (text === undefined) return [];
  return typeof text === "string" ? [text] : text;
}

const PLACE = /%\{([a-z][A-Za-z]*)\}/g;

/** The first variant of `text` that `facts` can fill; `undefined` when there is none. */
export function filled(text: Text | undefined, facts: ReadonlyMap<string, string>): string | undefined {
  const variant = variants(text).find((each) => placesOf(each).every((name) => facts.has(name)));
  return variant?.replace(PLACE, (_, name: string) => facts.get(name) ?? "");
}

/** Names of the facts that `text` asks for. */
export function placesOf(text: string): string[] {
  return [...text.matchAll(PLACE)].map(([, name]) => name ?? "");
}
