import type { RunnerConfig } from "../runner-config.js";

const RUNNER_CONFIG = "NBV_RUNNER_CONFIG";
const KNOWN_HOSTS = "NBV_KNOWN_HOSTS";
const CA_BUNDLE = "NBV_CA_BUNDLE";

/** Longest value of one variable, in bytes. Linux takes 128 KiB, name included. */
const MAX_VALUE_BYTES = 100 * 1024;

/** What an operator's configuration lets the fetch of a commit trust. */
export interface FetcherTrust {
  /** `known_hosts` lines for credentials that bring none. */
  readonly knownHosts?: string | undefined;
  /** Certificates besides the system's, as PEM. */
  readonly caBundle?: string | undefined;
}

interface Variable {
  readonly name: string;
  readonly value: string;
}

/**
 * Variables of the init container by which configuration reaches it: public things only. Values are JSON without a
 * dollar sign, because the kubelet expands `$(NAME)` in them. What is longer than a variable may be goes on in
 * `NBV_RUNNER_CONFIG_2`, `_3` and so on.
 */
export function handoverVariables(config: RunnerConfig, { knownHosts, caBundle }: FetcherTrust = {}): Variable[] {
  return [
    ...variables(RUNNER_CONFIG, config),
    ...(knownHosts ? variables(KNOWN_HOSTS, knownHosts) : []),
    ...(caBundle ? variables(CA_BUNDLE, caBundle) : []),
  ];
}

/** The runner's configuration, as text, from the variables of {@link handoverVariables}; `undefined` when there is none. */
export function runnerConfigIn(environment: Environment): string | undefined {
  return valueOf(RUNNER_CONFIG, environment);
}

/** What to trust, from the variables of {@link handoverVariables}. @throws SyntaxError, TypeError */
export function fetcherTrustIn(environment: Environment): FetcherTrust {
  return { knownHosts: textOf(KNOWN_HOSTS, environment), caBundle: textOf(CA_BUNDLE, environment) };
}

/** Variables by name, as `process.env` has them. */
export type Environment = Readonly<Record<string, string | undefined>>;

function variables(name: string, value: unknown): Variable[] {
  const text = JSON.stringify(value).replaceAll("$", "\\u0024");
  return pieces(Buffer.from(text)).map((piece, index) => ({ name: numbered(name, index), value: piece }));
}

function textOf(name: string, environment: Environment): string | undefined {
  const json = valueOf(name, environment);
  if (json === undefined) return undefined;
  const text: unknown = JSON.parse(json);
  if (typeof text !== "string") throw new TypeError(`${name} is no JSON string`);
  return text;
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
