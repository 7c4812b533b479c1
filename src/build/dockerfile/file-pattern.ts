/** A pattern of file names, ready to be asked. */
export interface FilePattern {
  matches(path: string): boolean;
}

/** One step of a pattern. */
type Token =
  /** One character. */
  | { readonly kind: "one"; readonly accepts: (character: string) => boolean }
  /** Any number of characters, `/` only if it `crosses`. */
  | { readonly kind: "many"; readonly crosses: boolean }
  /** Any number of whole directories, each with its `/`. */
  | { readonly kind: "directories" };

/** Whether a text is a pattern for `COPY`, and not one path. */
export function hasWildcard(text: string): boolean {
  return /[*?[]/.test(text);
}

/**
 * A pattern of Go's `filepath.Match` (`*`, `?`, `[a-z]`, `[^a]`, `\` before a character; none of them matches `/`), which
 * `COPY` and `.dockerignore` use; the latter knows `**` in addition. Matching takes time in proportion to the lengths of
 * pattern and path, whatever the pattern: it may come from anybody.
 * @returns `undefined` for a pattern that Go refuses
 */
export function filePattern(pattern: string, options: { readonly doubleStar: boolean }): FilePattern | undefined {
  const tokens = tokensOf([...pattern], options.doubleStar);
  return tokens && { matches: (path) => simulate(tokens, path) };
}

function tokensOf(pattern: readonly string[], doubleStar: boolean): Token[] | undefined {
  const tokens: Token[] = [];
  for (let at = 0; at < pattern.length; at++) {
    const character = pattern[at] ?? "";
    if (character === "*" && doubleStar && pattern[at + 1] === "*") {
      const hasSlash = pattern[at + 2] === "/";
      tokens.push(hasSlash ? { kind: "directories" } : { kind: "many", crosses: true });
      at += hasSlash ? 2 : 1;
    } else if (character === "*") tokens.push({ kind: "many", crosses: false });
    else if (character === "?") tokens.push({ kind: "one", accepts: (each) => each !== "/" });
    else if (character === "[") {
      const found = classAt(pattern, at);
      if (found === undefined) return undefined;
      tokens.push({ kind: "one", accepts: found.accepts });
      at = found.end;
    } else {
      const wanted = character === "\\" ? pattern[++at] : character;
      if (wanted === undefined) return undefined;
      tokens.push({ kind: "one", accepts: (each) => each === wanted });
    }
  }
  return tokens;
}

/** The class that begins at a `[`, and the index of its `]`. */
function classAt(
  pattern: readonly string[],
  start: number,
): { readonly accepts: (character: string) => boolean; readonly end: number } | undefined {
  const negated = pattern[start + 1] === "^";
  const ranges: (readonly [from: string, to: string])[] = [];
  let at = start + (negated ? 2 : 1);
  const next = (): string | undefined => {
    const character = pattern[at++];
    if (character === "\\") return pattern[at++];
    return character === "-" || character === "]" ? undefined : character;
  };
  while (pattern[at] !== "]" || ranges.length === 0) {
    const from = next();
    if (from === undefined) return undefined;
    let to: string | undefined = from;
    if (pattern[at] === "-") {
      at++;
      to = next();
    }
    if (to === undefined) return undefined;
    ranges.push([from, to]);
  }
  const accepts = (character: string) =>
    character !== "/" && ranges.some(([from, to]) => from <= character && character <= to) !== negated;
  return { accepts, end: at };
}

/** Follows all ways through the tokens at once: `states` holds the tokens that may come next. */
function simulate(tokens: readonly Token[], path: string): boolean {
  let states = closure(tokens, [0]);
  let atStart = true;
  for (const character of path) {
    const next: number[] = [];
    for (const state of states) {
      const token = tokens[state];
      if (token === undefined) continue;
      if (token.kind === "one") {
        if (token.accepts(character)) next.push(state + 1);
      } else if (token.kind === "many") {
        if (token.crosses || character !== "/") next.push(state);
      } else next.push(state);
    }
    atStart = character === "/";
    states = closure(tokens, next, atStart);
  }
  return states.has(tokens.length);
}

/** Adds what follows tokens that may stand for nothing. Whole directories end at a `/`, or are none at all. */
function closure(tokens: readonly Token[], states: readonly number[], atBoundary = true): Set<number> {
  const found = new Set<number>();
  const add = (state: number): void => {
    if (found.has(state)) return;
    found.add(state);
    const token = tokens[state];
    if (token?.kind === "many" || (token?.kind === "directories" && atBoundary)) add(state + 1);
  };
  for (const state of states) add(state);
  return found;
}
