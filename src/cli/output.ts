import { InvalidArgumentError, Option } from "commander";
import { stringify } from "yaml";

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

/** A report as JSON or YAML, ending with a newline. */
export function serialize(report: unknown, format: "json" | "yaml"): string {
  return format === "json"
    ? `${JSON.stringify(report, null, 2)}\n`
    : stringify(report, { lineWidth: 0, aliasDuplicateObjects: false });
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

/** Text that cannot move the terminal's cursor, change its colours or end the line. */
export function printable(text: string): string {
  return text.replaceAll(/[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, (character) =>
    character === "\n" ? " " : `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}`,
  );
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
