/** One module that Python code imports. */
export interface PythonImport {
  /** Dotted name; of a relative import what follows the dots. */
  readonly module: string;
  /** Names of `from module import …`; `[]` for `import module`. */
  readonly names: readonly string[];
  /** Dots of a relative import. */
  readonly level: number;
  /** Whether the code can do without it: inside `try`, or for type checkers only. */
  readonly isOptional: boolean;
}

interface LogicalLine {
  readonly indentation: number;
  /** Without comments; strings are `""`. */
  readonly text: string;
}

const NAME = "[\\p{L}_][\\p{L}\\p{N}_]*";
const DOTTED = new RegExp(`^${NAME}(?:\\.${NAME})*`, "u");

/**
 * The imports of Python code, also of code that is not valid Python as a whole (magics of notebooks): what stands in strings
 * and comments is none. Takes time in proportion to the code's length.
 */
export function pythonImports(code: string): PythonImport[] {
  const found: PythonImport[] = [];
  const optionalBlocks: number[] = [];
  for (const { indentation, text } of logicalLines(code)) {
    while (optionalBlocks.length > 0 && indentation <= (optionalBlocks.at(-1) ?? 0)) optionalBlocks.pop();
    const opensOptional = /^(?:try\s*:|except\b|if\s+(?:[\w.]+\.)?TYPE_CHECKING\s*:)/.test(text);
    const isOptional = optionalBlocks.length > 0 || opensOptional;
    for (const statement of statements(text)) {
      for (const each of importsOf(statement)) found.push({ ...each, isOptional });
    }
    if (opensOptional) optionalBlocks.push(indentation);
  }
  return found;
}

/** Simple statements of a line: what `;` separates, and what follows the `:` of a block's header. */
function statements(line: string): string[] {
  const header = /^(?:try|else|finally|(?:if|elif|while|for|with|except|def|class|async)\b[^:]*):(?!=)\s*(?=\S)/.exec(
    line,
  );
  return line
    .slice(header?.[0].length ?? 0)
    .split(";")
    .map((statement) => statement.trim());
}

function importsOf(statement: string): Omit<PythonImport, "isOptional">[] {
  if (/^import\s/.test(statement)) {
    return statement
      .slice("import".length)
      .split(",")
      .flatMap((part) => {
        const module = DOTTED.exec(part.trim())?.[0];
        return module === undefined ? [] : [{ module, names: [], level: 0 }];
      });
  }
  const from = /^from([\s.]+)(.*)$/s.exec(statement);
  if (from === null) return [];
  const level = (from[1] ?? "").replaceAll(/\s/g, "").length;
  const rest = from[2] ?? "";
  const module = /^import[\s(*]/.test(rest) ? "" : (DOTTED.exec(rest)?.[0] ?? "");
  const imported = /^\s*import\b(.*)$/s.exec(rest.slice(module.length));
  if (imported === null || (module === "" && level === 0)) return [];
  const names = (imported[1] ?? "")
    .replaceAll(/[()]/g, " ")
    .split(",")
    .flatMap((part) => DOTTED.exec(part.trim())?.[0] ?? []);
  return [{ module, names, level }];
}

/** Lines as Python joins them: by brackets and backslashes, without strings and comments. */
function logicalLines(code: string): LogicalLine[] {
  const lines: LogicalLine[] = [];
  let text = "";
  let indentation = 0;
  let depth = 0;
  let fresh = true;
  const end = () => {
    const trimmed = text.trim();
    if (trimmed !== "") lines.push({ indentation, text: trimmed });
    text = "";
    indentation = 0;
    fresh = true;
    depth = 0;
  };
  for (let at = 0; at < code.length; at++) {
    const character = code[at] ?? "";
    if (fresh && (character === " " || character === "\t")) {
      indentation += character === "\t" ? 8 : 1;
      continue;
    }
    // A magic or a shell command of a notebook is a line of its own, whatever quotes it has.
    if (fresh && (character === "%" || character === "!" || character === "?")) {
      const next = code.indexOf("\n", at);
      at = next < 0 ? code.length : next;
      end();
      continue;
    }
    if (character === "\n" || character === "\r") {
      if (depth > 0) text += " ";
      else end();
      continue;
    }
    fresh = false;
    if (character === "#") {
      const next = code.indexOf("\n", at);
      at = (next < 0 ? code.length : next) - 1;
    } else if (character === "\\" && /[\r\n]/.test(code[at + 1] ?? "")) {
      at += code[at + 1] === "\r" && code[at + 2] === "\n" ? 2 : 1;
      text += " ";
    } else if (character === '"' || character === "'") {
      at = stringEnd(code, at);
      text += '""';
    } else {
      if ("([{".includes(character)) depth++;
      else if (")]}".includes(character)) depth = Math.max(0, depth - 1);
      text += character;
    }
  }
  end();
  return lines;
}

/** Index of the last character of the string that begins at a quote. One that never ends, ends with its line. */
function stringEnd(code: string, start: number): number {
  const quote = code[start] ?? "";
  const isLong = code[start + 1] === quote && code[start + 2] === quote;
  for (let at = start + (isLong ? 3 : 1); at < code.length; at++) {
    if (code[at] === "\\") at++;
    else if (isLong && code.startsWith(quote.repeat(3), at)) return at + 2;
    else if (!isLong && code[at] === quote) return at;
    else if (!isLong && code[at] === "\n") return at - 1;
  }
  return code.length;
}
