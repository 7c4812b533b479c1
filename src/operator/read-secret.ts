import type { Cluster } from "../kube/cluster.js";
import { SECRETS } from "../kube/resources.js";

/**
 * The decoded values of one Secret. Secrets are read when they are needed and never listed, watched or kept.
 * @throws KubeError
 */
export async function readSecret(
  cluster: Pick<Cluster, "get">,
  namespace: string,
  name: string,
): Promise<Record<string, string>> {
  const { data = {} } = await cluster.get(SECRETS, { namespace, name });
  return Object.fromEntries(
    Object.entries(data).map(([field, value]) => [field, Buffer.from(value, "base64").toString("utf8")]),
  );
}
