import type { OperatorConfig } from "../api/index.js";

/** A variable of a container. */
export interface Variable {
  readonly name: string;
  readonly value: string;
}

/** Proxies of the operator's configuration, as every program knows them. */
export function proxyVariables({ network }: Pick<OperatorConfig, "network">): Variable[] {
  return withValues({ HTTP_PROXY: network.httpProxy, HTTPS_PROXY: network.httpsProxy, NO_PROXY: network.noProxy });
}

/** Proxies and package indexes of the operator's configuration, as builds and notebooks know them. */
export function networkVariables({ network }: Pick<OperatorConfig, "network">): Variable[] {
  return [
    ...proxyVariables({ network }),
    ...withValues({
      PIP_INDEX_URL: network.pipIndexUrl,
      PIP_EXTRA_INDEX_URL: network.pipExtraIndexUrl,
      PIP_TRUSTED_HOST: network.pipTrustedHost,
    }),
  ];
}

function withValues(variables: Readonly<Record<string, string>>): Variable[] {
  return Object.entries(variables).flatMap(([name, value]) => (value === "" ? [] : [{ name, value }]));
}
