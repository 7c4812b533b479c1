import { InvalidArgumentError, Option } from "commander";
import { Document, Scalar, visit } from "yaml";

/** How a command reports. */
export type OutputFormat = "text" | "json" | "yaml";

/** The option `--output`, the same for every command that reports; `more` formats are one command's own. */
export function outputOption(...more: readonly string[]): Option {
  const formats = ["text", "json", "yaml", ...more];
  const told = `${formats.slice(0, -1).join(", ")} or ${formats.at(-1)}`;
  return new Option("-o, --output <format>", `how to report: ${told}`).default("text").argParser((value) => {
    if (formats.includes(value)) return value;
    throw new InvalidArgumentError(`Allowed: ${formats.join(", ")}.`);
  });
}

/**
 * What a terminal obeys, or shows nowhere: controls, marks of direction, joiners, tags. Not the selectors between a sign and
 * its emoji.
 */
const UNSEEN = /(?![\t\n\ufe0e\ufe0f])[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}\p{Zl}\p{Zp}]/gu;

/** A report as JSON or YAML, ending with a newline: the same value, with everything in it to be seen. */
export function serialize(report: unknown, format: "json" | "yaml"): string {
  return format === "json" ? `${json(report)}\n` : yaml(report);
}

function json(report: unknown): string {
  const escaped = (unit: string): string => `\\u${hex(unit.charCodeAt(0), 4)}`;
  return JSON.stringify(report, null, 2).replaceAll(UNSEEN, (character) => character.split("").map(escaped).join(""));
}

function yaml(report: unknown): string {
  const document = new Document(report, { aliasDuplicateObjects: false });
  // Escapes mean something between double quotes alone.
  visit(document, {
    Scalar: (_, node) => {
      if (typeof node.value === "string" && node.value.search(UNSEEN) >= 0) node.type = Scalar.QUOTE_DOUBLE;
    },
  });
  return document.toString({ lineWidth: 0 }).replaceAll(UNSEEN, (character) => {
    const code = character.codePointAt(0) as number;
    return code > 0xffff ? `\\U${hex(code, 8)}` : `\\u${hex(code, 4)}`;
  });
}

function hex(code: number, digits: number): string {
  return code.toString(16).padStart(digits, "0");
}

/** Writes a result to stdout; resolves when it is out, or when its reader has seen enough (`nbv crd | head`). */
export function print(text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(text, (error) => {
      if (error && (error as NodeJS.ErrnoException).code !== "EPIPE") reject(error);
      else resolve();
    });
  });
}

/** Text that cannot move the terminal's cursor, change its colours, direction or line, or hide anything. */
export function printable(text: string): string {
  const escaped = (character: string): string => `\\x${hex(character.codePointAt(0) as number, 2)}`;
  return text.replaceAll("\n", " ").replaceAll("\t", escaped).replaceAll(UNSEEN, escaped);
}

type Paint = (text: string) => string;

/** Colours for one stream: none when `NO_COLOR` is set or when it is no terminal. */
export function palette(stream: { isTTY?: boolean }): {
  red: Paint;
  yellow: Paint;
  green: Paint;
  bold: Paint;
  dim: Paint;
} {
  const on = stream.isTTY === true && (process.env.NO_COLOR ?? "") === "" && process.env.TERM !== "dumb";
  const paint = (open: number, close: number): Paint =>
    on ? (text) => `\x1b[${open}m${text}\x1b[${close}m` : (text) => text;
  return { red: paint(31, 39), yellow: paint(33, 39), green: paint(32, 39), bold: paint(1, 22), dim: paint(2, 22) };
}

/** A count and its noun: `1 job`, `2 jobs`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
