/** What there is to learn from one kind of finding. Texts may name facts of the case: `%{file}`, `%{variable}`… */
export interface FeedbackEntry {
  /** Why it matters, or why it happened. */
  readonly explanation: string;
  /** The better way. */
  readonly bestPractice: string;
  /** The better way as code. */
  readonly example?: string;
  /** What to do next. */
  readonly suggestion?: string;
}

/** Facts of one case, by which texts are filled in. */
export type Facts = Readonly<Record<string, string | undefined>>;

const PLACE = /%\{([a-z][A-Za-z]*)\}/g;

/** `text` with its places filled in; `undefined` when a fact that it names is not known. */
export function filled(text: string | undefined, facts: Facts): string | undefined {
  if (text === undefined) return undefined;
  const names = [...text.matchAll(PLACE)].map(([, name]) => name ?? "");
  if (names.some((name) => facts[name] === undefined)) return undefined;
  return text.replace(PLACE, (_, name: string) => facts[name] ?? "");
}
