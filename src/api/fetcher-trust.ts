import { type Environment, longVariable, longVariableIn, type Variable } from "./long-variable.js";

const KNOWN_HOSTS = "NBV_KNOWN_HOSTS";
const CA_BUNDLE = "NBV_CA_BUNDLE";

/** What an operator's configuration lets the fetch of a commit trust: public things only. */
export interface FetcherTrust {
  /** `known_hosts` lines for credentials that bring none. */
  readonly knownHosts?: string | undefined;
  /** Certificates besides the system's, as PEM. */
  readonly caBundle?: string | undefined;
}

/** Variables by which `nbv fetch-source` is told whom to trust. */
export function fetcherTrustVariables({ knownHosts, caBundle }: FetcherTrust): Variable[] {
  return [
    ...(knownHosts ? longVariable(KNOWN_HOSTS, knownHosts) : []),
    ...(caBundle ? longVariable(CA_BUNDLE, caBundle) : []),
  ];
}

/** What to trust, from the variables of {@link fetcherTrustVariables}. @throws SyntaxError, TypeError */
export function fetcherTrustIn(environment: Environment): FetcherTrust {
  return { knownHosts: textOf(KNOWN_HOSTS, environment), caBundle: textOf(CA_BUNDLE, environment) };
}

function textOf(name: string, environment: Environment): string | undefined {
  const json = longVariableIn(name, environment);
  if (json === undefined) return undefined;
  const text: unknown = JSON.parse(json);
  if (typeof text !== "string") throw new TypeError(`${name} is no JSON string`);
  return text;
}
