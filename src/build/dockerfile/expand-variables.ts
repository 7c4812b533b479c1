/** A word with its variables put in. `undefined` = a value is not known here, such as one of the base image. */
export type Expanded = string | undefined;

/** Longest value that is followed; a longer one counts as not known. */
const MAX_VALUE = 4096;

/** Value of a variable; `undefined` = not known, which is not the same as empty. */
export type Variables = (name: string) => string | undefined;

/**
 * Expands `$NAME`, `${NAME}`, `${NAME:-word}`, `${NAME-word}` and `${NAME:+word}` as Dockerfiles do, and takes quotes and
 * escapes away.
 */
export function expandVariables(word: string, variables: Variables): Expanded {
  let result = "";
  let quote: string | undefined;
  for (let at = 0; at < word.length; at++) {
    const character = word[at] ?? "";
    if (character === quote) quote = undefined;
    else if (quote === undefined && (character === '"' || character === "'")) quote = character;
    else if (character === "\\" && quote !== "'") result += word[++at] ?? "";
    else if (character === "$" && quote !== "'") {
      const found = variableAt(word, at);
      if (found === undefined) return undefined;
      const value = valueOf(found, variables);
      if (value === undefined) return undefined;
      result += value;
      at = found.end - 1;
    } else result += character;
    // Values that double at every line would fill the memory.
    if (result.length > MAX_VALUE) return undefined;
  }
  return result;
}

interface Variable {
  readonly name: string;
  readonly operator: string;
  readonly word: string;
  /** Index after it. */
  readonly end: number;
}

function variableAt(word: string, start: number): Variable | undefined {
  const plain = /^\$([A-Za-z_][A-Za-z0-9_]*)/.exec(word.slice(start, start + 256));
  if (plain !== null) return { name: plain[1] ?? "", operator: "", word: "", end: start + plain[0].length };
  const braced = /^\$\{([A-Za-z_][A-Za-z0-9_]*)(?:(:?[-+])([^{}$]*))?\}/.exec(word.slice(start));
  if (braced === null) return undefined;
  const [all, name = "", operator = "", rest = ""] = braced;
  return { name, operator, word: rest, end: start + all.length };
}

function valueOf({ name, operator, word }: Variable, variables: Variables): Expanded {
  const value = variables(name);
  if (operator === "") return value;
  if (value === undefined) return undefined;
  const counts = operator.startsWith(":") ? value !== "" : true;
  if (operator.endsWith("-")) return counts ? value : word;
  return counts ? word : "";
}

/** Splits at white space outside of quotes, which stay. */
export function splitWords(text: string): string[] {
  const words: string[] = [];
  let word = "";
  let quote: string | undefined;
  for (let at = 0; at < text.length; at++) {
    const character = text[at] ?? "";
    if (quote === undefined && /\s/.test(character)) {
      if (word !== "") words.push(word);
      word = "";
      continue;
    }
    word += character;
    if (character === "\\" && quote !== "'") word += text[++at] ?? "";
    else if (character === quote) quote = undefined;
    else if (quote === undefined && (character === '"' || character === "'")) quote = character;
  }
  if (word !== "") words.push(word);
  return words;
}
