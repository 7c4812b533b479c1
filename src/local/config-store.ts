import { type Cluster, CONFIG_MAPS, isKubeError, SECRETS } from "../kube/index.js";

/** Reads Secrets and ConfigMaps of one namespace as bytes per key. */
export class ConfigStore {
  constructor(
    private readonly cluster: Cluster,
    private readonly namespace: string,
  ) {}

  /** Decoded data, or `undefined` when there is no such Secret. */
  async secret(name: string): Promise<ReadonlyMap<string, Buffer> | undefined> {
    const secret = await found(this.cluster.get(SECRETS, { namespace: this.namespace, name }));
    if (secret === undefined) return undefined;
    const data = new Map(Object.entries(secret.data ?? {}).map(([key, value]) => [key, Buffer.from(value, "base64")]));
    // Only what bypassed the API server still has this write-only field.
    for (const [key, value] of Object.entries(secret.stringData ?? {})) data.set(key, Buffer.from(value, "utf8"));
    return data;
  }

  /** Data and binary data, or `undefined` when there is no such ConfigMap. */
  async configMap(name: string): Promise<ReadonlyMap<string, Buffer> | undefined> {
    const map = await found(this.cluster.get(CONFIG_MAPS, { namespace: this.namespace, name }));
    if (map === undefined) return undefined;
    const texts = Object.entries(map.data ?? {}).map(([key, value]) => [key, Buffer.from(value, "utf8")] as const);
    const bytes = Object.entries(map.binaryData ?? {}).map(
      ([key, text]) => [key, Buffer.from(text, "base64")] as const,
    );
    return new Map([...texts, ...bytes]);
  }
}

async function found<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (isKubeError(error, "NotFound")) return undefined;
    throw error;
  }
}
