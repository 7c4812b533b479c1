import {
  type Environment,
  type FetcherTrust,
  fetcherTrustVariables,
  longVariable,
  longVariableIn,
  type Variable,
} from "../../api/index.js";
import type { RunnerConfig } from "../runner-config.js";

const RUNNER_CONFIG = "NBV_RUNNER_CONFIG";

/** Variables of the init container by which configuration reaches it: public things only. */
export function handoverVariables(config: RunnerConfig, trust: FetcherTrust = {}): Variable[] {
  return [...longVariable(RUNNER_CONFIG, config), ...fetcherTrustVariables(trust)];
}

/** The runner's configuration, as text, from the variables of {@link handoverVariables}; `undefined` when there is none. */
export function runnerConfigIn(environment: Environment): string | undefined {
  return longVariableIn(RUNNER_CONFIG, environment);
}
