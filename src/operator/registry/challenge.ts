/** One way in that a server offers in `WWW-Authenticate` (RFC 9110, section 11.6.1). */
export interface Challenge {
  /** In small letters. */
  readonly scheme: string;
  /** Names in small letters. */
  readonly parameters: Readonly<Record<string, string>>;
}

const TOKEN = /[!#$%&'*+.^_`|~0-9A-Za-z-]+/y;
const LONGEST = 8192;

/** Reads the header; what can't be read ends it. */
export function parseChallenges(header: string): Challenge[] {
  const challenges: { scheme: string; parameters: Record<string, string> }[] = [];
  const text = header.slice(0, LONGEST);
  let at = 0;
  const skip = (characters: string): void => {
    while (at < text.length && characters.includes(text[at] ?? "")) at += 1;
  };
  const token = (): string | undefined => {
    TOKEN.lastIndex = at;
    const found = TOKEN.exec(text)?.[0];
    at += found?.length ?? 0;
    return found;
  };
  for (;;) {
    skip(" \t,");
    const name = token();
    if (name === undefined) return challenges;
    skip(" \t");
    const current = challenges.at(-1);
    if (text[at] !== "=" || current === undefined) {
      challenges.push({ scheme: name.toLowerCase(), parameters: Object.create(null) as Record<string, string> });
      continue;
    }
    at += 1;
    skip(" \t");
    const value = text[at] === '"' ? quoted() : token();
    if (value === undefined) return challenges;
    current.parameters[name.toLowerCase()] = value;
  }

  function quoted(): string | undefined {
    let value = "";
    for (at += 1; at < text.length; at += 1) {
      if (text[at] === '"') {
        at += 1;
        return value;
      }
      if (text[at] === "\\") at += 1;
      value += text[at] ?? "";
    }
    return undefined;
  }
}
