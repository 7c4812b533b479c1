import { type OperatorConfig, parseDuration } from "../../api/index.js";
import { type GitPolicy, networkEnvironment } from "./git-policy.js";

/**
 * What an operator's configuration lets its own Git do.
 * @param environment of this process: its proxies and certificates hold where the configuration says nothing
 * @param authorities file with all certificates to trust, when the configuration brings some (`trustedAuthorities`)
 */
export function operatorGitPolicy(
  config: OperatorConfig,
  environment: NodeJS.ProcessEnv,
  authorities: string | undefined,
): GitPolicy {
  const { git, network } = config;
  const variables = {
    ...networkEnvironment(environment),
    ...proxy("http_proxy", network.httpProxy),
    ...proxy("https_proxy", network.httpsProxy),
    ...proxy("no_proxy", network.noProxy),
    ...(authorities === undefined ? {} : { GIT_SSL_CAINFO: authorities }),
  };
  const resolvedByProxy = Object.keys(variables).some((name) => /^(?:https?|all)_proxy$/i.test(name));
  return {
    addresses: { allowLoopback: git.allowLoopback, resolvedByProxy },
    plainHttpCredentialHosts: git.allowPlainHttpCredentials,
    environment: variables,
    limits: { askMs: parseDuration(git.timeout) },
    ...(git.knownHosts === "" ? {} : { knownHosts: git.knownHosts }),
  };
}

/** Both spellings: which one counts differs from program to program, and one that is inherited must not win. */
function proxy(name: string, value: string): Record<string, string> {
  return value === "" ? {} : { [name]: value, [name.toUpperCase()]: value };
}
