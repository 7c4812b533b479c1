import { InvalidRequirement } from "./invalid-requirement.js";

const SPACE = new Set([" ", "\t", "\r", "\n"]);

/**
 * Splits the options of a line as a POSIX shell would (Python's `shlex.split`): quotes group, a backslash takes the next
 * character literally, and in double quotes only before `"` and `\`.
 * @throws InvalidRequirement when a quote is not closed or a backslash is last
 */
export function shellWords(text: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at] ?? "";
    if (SPACE.has(character)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else if (character === "'") {
      const end = text.indexOf("'", at + 1);
      if (end === -1) throw unclosed("'");
      word = (word ?? "") + text.slice(at + 1, end);
      at = end;
    } else if (character === '"') {
      const [inside, end] = doubleQuoted(text, at + 1);
      word = (word ?? "") + inside;
      at = end;
    } else if (character === "\\") {
      if (at + 1 === text.length)
        throw new InvalidRequirement("ends in a backslash that escapes nothing", "remove the backslash");
      at += 1;
      word = (word ?? "") + (text[at] ?? "");
    } else {
      word = (word ?? "") + character;
    }
  }
  if (word !== undefined) words.push(word);
  return words;
}

function doubleQuoted(text: string, start: number): [inside: string, end: number] {
  let inside = "";
  for (let at = start; at < text.length; at += 1) {
    const character = text[at] ?? "";
    if (character === '"') return [inside, at];
    const next = text[at + 1];
    if (character === "\\" && (next === '"' || next === "\\")) {
      inside += next;
      at += 1;
    } else {
      inside += character;
    }
  }
  throw unclosed('"');
}

function unclosed(quote: string): InvalidRequirement {
  return new InvalidRequirement(`has a ${quote} that is not closed`, `close the ${quote}, or remove it`);
}
