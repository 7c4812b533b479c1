import { WEBHOOK_CONFIGURATION_NAME } from "../../api/index.js";
import type { Cluster } from "../../kube/cluster.js";
import { isKubeError } from "../../kube/kube-error.js";
import { VALIDATING_WEBHOOK_CONFIGURATIONS } from "../../kube/resources.js";
import { includesAuthorities } from "./authority-bundle.js";

/**
 * What came of telling the API server whom to trust:
 * - `known`: it knew before; `told`: it does now;
 * - `absent`: there is no webhook configuration; `injected`: somebody else keeps its authorities.
 */
export type Told = "known" | "told" | "absent" | "injected";

/** Annotations by which a webhook configuration asks others for its authorities. */
const INJECTORS: readonly RegExp[] = [/^cert-manager\.io\/inject-/, /^service\.(beta|alpha)\.openshift\.io\/inject-/];

/**
 * Writes the authorities of a certificate that the operator issued into its webhook configuration, unless an injector is
 * asked to: there is one owner of `caBundle`, never two that take turns.
 * @param authorities PEM
 * @throws KubeError also `Conflict`, when somebody else wrote at the same time
 */
export async function tellAuthorities(cluster: Pick<Cluster, "get" | "patch">, authorities: string): Promise<Told> {
  const key = { name: WEBHOOK_CONFIGURATION_NAME };
  const found = await cluster.get(VALIDATING_WEBHOOK_CONFIGURATIONS, key).catch((error: unknown) => {
    if (isKubeError(error, "NotFound")) return undefined;
    throw error;
  });
  if (found === undefined) return "absent";
  const { annotations = {}, resourceVersion } = found.metadata;
  if (Object.keys(annotations).some((name) => INJECTORS.some((injector) => injector.test(name)))) return "injected";
  const { webhooks = [] } = found;
  const caBundle = Buffer.from(authorities).toString("base64");
  if (webhooks.every(({ clientConfig }) => clientConfig.caBundle === caBundle)) return "known";
  // Callers that know the authorities already lose nothing when some are taken away.
  const isKnown = webhooks.every(({ clientConfig: { caBundle: known = "" } }) =>
    includesAuthorities(Buffer.from(known, "base64").toString("latin1"), authorities),
  );
  await cluster.patch(VALIDATING_WEBHOOK_CONFIGURATIONS, key, {
    metadata: { resourceVersion },
    webhooks: webhooks.map((webhook) => ({ ...webhook, clientConfig: { ...webhook.clientConfig, caBundle } })),
  });
  return isKnown ? "known" : "told";
}
