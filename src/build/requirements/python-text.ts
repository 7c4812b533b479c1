/** Characters that Python's `str.isspace` and `\s` call white space, for use inside a character class. */
export const PYTHON_SPACE = "\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000";

const SPACE_BEFORE = new RegExp(`^[${PYTHON_SPACE}]+`);
const IS_SPACE = new RegExp(`^[${PYTHON_SPACE}]$`);

/** Whether Python calls the character white space. */
export function isPythonSpace(character: string): boolean {
  return IS_SPACE.test(character);
}

/** Python's `str.strip()`. JavaScript's `trim` has another idea of white space. */
export function strip(text: string): string {
  let end = text.length;
  while (end > 0 && isPythonSpace(text[end - 1] ?? "")) end -= 1;
  return text.slice(0, end).replace(SPACE_BEFORE, "");
}

const LINE_END = /\r\n|[\n\v\f\r\x1c-\x1e\x85\u2028\u2029]/;

/** Python's `str.splitlines()`, which knows more line ends than editors do. */
export function splitLines(text: string): string[] {
  const lines = text.split(LINE_END);
  if (lines.at(-1) === "") lines.pop();
  return lines;
}
