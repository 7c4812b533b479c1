import type { RunnerConfig } from "../runner-config.js";

const RUNNER_CONFIG = "NBV_RUNNER_CONFIG";
const KNOWN_HOSTS = "NBV_KNOWN_HOSTS";

/** Longest value of one variable, in bytes. Linux takes 128 KiB, name included. */
const MAX_VALUE_BYTES = 100 * 1024;

interface Variable {
  readonly name: string;
  readonly value: string;
}

/**
 * Variables of the init container by which configuration reaches it: public things only. Values are JSON without a
 * dollar sign, because the kubelet expands `$(NAME)` in them. What is longer than a variable may be goes on in
 * `NBV_RUNNER_CONFIG_2`, `_3` and so on.
 *
 * @param knownHosts `known_hosts` lines for credentials that bring none
 */
export function handoverVariables(config: RunnerConfig, knownHosts?: string): Variable[] {
  return [...variables(RUNNER_CONFIG, config), ...(knownHosts ? variables(KNOWN_HOSTS, knownHosts) : [])];
}

/** The runner's configuration, as text, from the variables of {@link handoverVariables}; `undefined` when there is none. */
export function runnerConfigIn(environment: Environment): string | undefined {
  return valueOf(RUNNER_CONFIG, environment);
}

/** The `known_hosts` lines from the variables of {@link handoverVariables}; `undefined` when there are none. @throws SyntaxError, TypeError */
export function knownHostsIn(environment: Environment): string | undefined {
  const text = valueOf(KNOWN_HOSTS, environment);
  if (text === undefined) return undefined;
  const lines: unknown = JSON.parse(text);
  if (typeof lines !== "string") throw new TypeError(`${KNOWN_HOSTS} is no JSON string`);
  return lines;
}

/** Variables by name, as `process.env` has them. */
export type Environment = Readonly<Record<string, string | undefined>>;

function variables(name: string, value: unknown): Variable[] {
  const text = JSON.stringify(value).replaceAll("$", "\\u0024");
  return pieces(Buffer.from(text)).map((piece, index) => ({ name: numbered(name, index), value: piece }));
}

function valueOf(name: string, environment: Environment): string | undefined {
  let text: string | undefined;
  for (let index = 0; environment[numbered(name, index)] !== undefined; index++) {
    text = `${text ?? ""}${environment[numbered(name, index)]}`;
  }
  return text;
}

function numbered(name: string, index: number): string {
  return index === 0 ? name : `${name}_${index + 1}`;
}

/** Pieces of at most {@link MAX_VALUE_BYTES}, cut between characters. */
function pieces(bytes: Buffer): string[] {
  const texts: string[] = [];
  for (let start = 0; start < bytes.length; ) {
    let end = Math.min(start + MAX_VALUE_BYTES, bytes.length);
    while (end < bytes.length && ((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
    texts.push(bytes.toString("utf8", start, end));
    start = end;
  }
  return texts;
}
