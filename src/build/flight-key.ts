import { createHash } from "node:crypto";
import { type BuildStrategyName, canonicalJson } from "../api/index.js";

/** What makes two builds the same: everything that decides what is built, where it goes, and with whose rights. */
export interface FlightIdentity {
  /** Of the jobs: namespaces share no builds, even where the operator runs them all in one namespace. */
  readonly namespace: string;
  /** `sha256:` and 64 hex digits. */
  readonly environmentDigest: string;
  /** `host[:port]/path` that the image is pushed to. */
  readonly repository: string;
  readonly pullSecret?: string;
  readonly pushSecret?: string;
  readonly serviceAccountName?: string;
  readonly strategy: BuildStrategyName;
  /** Settings of the strategy: a custom one builds whatever they name. */
  readonly strategyConfig?: Readonly<Record<string, string>>;
  /** As nodes are labelled; absent = whichever the build lands on. */
  readonly architecture?: string;
}

/** Hex digits of a flight's key, so that names stay short. Whoever trusts a build compares its {@link flightDigest}, too. */
const KEY_DIGITS = 10;
const NAME = /^nbv-build-([0-9a-f]{10})-([1-9][0-9]{0,5})$/;

/** Tells a flight from every other one: 64 hex digits. Builds of one build the same thing for the same jobs. */
export function flightDigest(identity: FlightIdentity): string {
  return createHash("sha256").update(canonicalJson(identity)).digest("hex");
}

/** Names a flight, shortly: the beginning of its digest. */
export function flightKey(identity: FlightIdentity): string {
  return flightDigest(identity).slice(0, KEY_DIGITS);
}

/**
 * Name of a build's main object. The API server makes an object of a name once: whoever comes second finds the first's.
 * @param number of the build within its flight, from 1
 */
export function buildName(key: string, number: number): string {
  return `nbv-build-${key}-${number}`;
}

/** Flight and number that a build's name tells; `undefined` when no build is called so. */
export function parseBuildName(name: string): { readonly key: string; readonly number: number } | undefined {
  const [, key, number] = NAME.exec(name) ?? [];
  return key === undefined || number === undefined ? undefined : { key, number: Number(number) };
}
