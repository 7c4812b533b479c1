import { FAILURE_REASONS, reasonAnchor, reasonRow } from "./reasons/catalogue.js";
import { STRATEGIES } from "./retry/retry-strategy.js";
import { TEXT_EXCEPTIONS } from "./text/text-exceptions.js";

/** The tables of `docs/recovery.md`, by the names of their places in it. */
export function recoveryTables(): Readonly<Record<string, string>> {
  return { strategies: strategies(), recoveries: recoveries(), exceptions: exceptions() };
}

function strategies(): string {
  return table(
    ["name", "retries", "base", "longest delay", "factor"],
    Object.entries(STRATEGIES).map(([name, strategy]) => {
      const { retries, baseSeconds, maxSeconds, factor } = strategy;
      return [`\`${name}\``, String(retries), `${baseSeconds} s`, `${maxSeconds} s`, String(factor)];
    }),
  );
}

/** Only reasons about which more is done than to retry. */
function recoveries(): string {
  return table(
    ["reason", "what is tried, in this order", "waits for"],
    FAILURE_REASONS.flatMap((reason) => {
      const { recoveries: actions = [], waitsFor = "" } = reasonRow(reason);
      if (actions.every((action) => action === "retry")) return [];
      const anchor = reasonAnchor(reason).replace("docs/", "");
      return [[`[${reason}](${anchor})`, actions.map((action) => `\`${action}\``).join(", "), waitsFor]];
    }),
  );
}

function exceptions(): string {
  return table(
    ["words", "alone they mean", "but of", "it is", "because"],
    TEXT_EXCEPTIONS.map(({ words, floor, reasons, where = "", errorType, because }) => [
      `“${words}”`,
      floor,
      `${reasons.join(", ")} ${where}`.trim(),
      errorType,
      because,
    ]),
  );
}

function table(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [line(titles), `|${titles.map(() => "---").join("|")}|`, ...rows.map(line)].join("\n");
}
