import type { OperatorConfig } from "../../api/index.js";
import type { AddressPolicy } from "../source/address-policy.js";
import { operatorGitPolicy } from "../source/operator-git-policy.js";

/** What the operator lets its questions to registries do. Everything has a safe default. */
export interface RegistryPolicy {
  /** @default loopback refused */
  readonly addresses?: AddressPolicy;
  /** Hosts that the operator's own configuration names: their addresses are not judged. @default [] */
  readonly trustedHosts?: readonly string[];
  /** Environment with the proxies (`https_proxy`, `no_proxy`…). @default {} */
  readonly environment?: Readonly<Record<string, string>>;
  /** Certificates to trust, as PEM. @default those of Node.js */
  readonly authorities?: string;
  /** One exchange with a registry, in milliseconds. @default 15000 */
  readonly exchangeMs?: number;
}

/**
 * What an operator's configuration lets its questions to registries do.
 * @param environment of this process: its proxies hold where the configuration says nothing
 * @param authorities all certificates to trust, as PEM (`authoritiesText`); absent = those of Node.js
 */
export function operatorRegistryPolicy(
  config: OperatorConfig,
  environment: NodeJS.ProcessEnv,
  authorities: string | undefined,
): RegistryPolicy {
  const { addresses = {}, environment: variables = {} } = operatorGitPolicy(config, environment, undefined);
  return {
    addresses,
    environment: variables,
    trustedHosts: config.registry.host === "" ? [] : [config.registry.host],
    ...(authorities !== undefined && { authorities }),
  };
}
