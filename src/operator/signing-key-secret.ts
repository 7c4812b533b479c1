import { OPERATOR_NAME, SIGNING_KEY_SECRET_NAME } from "../api/index.js";
import { UserError } from "../api/user-error.js";
import type { Cluster } from "../kube/cluster.js";
import { isKubeError } from "../kube/kube-error.js";
import { objectOf, SECRETS, type Secret } from "../kube/resources.js";

/** Where in the Secret the key is. */
const FIELD = "key";
const BYTES = 32;

/**
 * The operator's own secret, the same in every replica: read from its namespace, made there by whoever starts first.
 * @param random makes the bytes of a new one: 32 of them, unpredictable
 * @throws UserError when the namespace is missing, the Secret may not be read or made, or holds something else
 * @throws KubeError when the API server does not answer; to be tried again
 */
export async function loadSigningKey(
  cluster: Pick<Cluster, "get" | "create">,
  namespace: string,
  random: (bytes: number) => Uint8Array,
): Promise<Uint8Array> {
  const place = `Secret ${namespace}/${SIGNING_KEY_SECRET_NAME}`;
  try {
    return keyOf(await found(cluster, namespace), place);
  } catch (error) {
    if (!isKubeError(error, "NotFound")) throw explained(error, namespace, place, "read");
  }
  try {
    return keyOf(await cluster.create(SECRETS, newSecret(namespace, random)), place);
  } catch (error) {
    // Another replica was faster: its key counts.
    if (!isKubeError(error, "AlreadyExists")) throw explained(error, namespace, place, "create");
  }
  try {
    return keyOf(await found(cluster, namespace), place);
  } catch (error) {
    throw explained(error, namespace, place, "read");
  }
}

function found(cluster: Pick<Cluster, "get">, namespace: string): Promise<Secret> {
  return cluster.get(SECRETS, { namespace, name: SIGNING_KEY_SECRET_NAME });
}

function newSecret(namespace: string, random: (bytes: number) => Uint8Array): Secret {
  return objectOf(SECRETS, {
    metadata: {
      name: SIGNING_KEY_SECRET_NAME,
      namespace,
      labels: { "app.kubernetes.io/name": OPERATOR_NAME, "app.kubernetes.io/component": "signing-key" },
    },
    ...{
      type: "Opaque",
      // Attempts under way could not be judged with another key.
      immutable: true,
      data: { [FIELD]: Buffer.from(random(BYTES)).toString("base64") },
    },
  });
}

function keyOf(secret: Secret, place: string): Uint8Array {
  const key = Buffer.from(secret.data?.[FIELD] ?? "", "base64");
  if (key.byteLength === BYTES) return Uint8Array.from(key);
  throw new UserError({
    what: `${place} does not hold a signing key: its field "${FIELD}" must be ${BYTES} bytes`,
    fix: "delete it; the operator makes a new one, and attempts under way are repeated",
  });
}

function explained(error: unknown, namespace: string, place: string, verb: "read" | "create"): unknown {
  if (isKubeError(error, "NotFound")) {
    return new UserError({
      what: `the operator's namespace ${namespace} does not exist`,
      fix: `create it (kubectl create namespace ${namespace}), or name another with --operator-namespace`,
    });
  }
  if (isKubeError(error, "Forbidden")) {
    return new UserError({
      what: `the operator may not ${verb} ${place}: ${error.message}`,
      fix: "apply the operator's Role and RoleBinding of that namespace",
    });
  }
  return error;
}
