import { describe, expect, test } from "@jest/globals";
import { SIGNING_KEY_SECRET_NAME } from "../../src/api/index.js";
import { type Cluster, KubeError, NAMESPACES, objectOf, SECRETS } from "../../src/kube/index.js";
import { MemoryCluster } from "../../src/kube/memory/index.js";
import { loadSigningKey } from "../../src/operator/signing-key-secret.js";

const NAMESPACE = "notebook-validator-system";
const KEY = { namespace: NAMESPACE, name: SIGNING_KEY_SECRET_NAME };
const bytes = (seed: number) => (count: number) => new Uint8Array(count).fill(seed);

async function aCluster(): Promise<MemoryCluster> {
  const cluster = new MemoryCluster();
  await cluster.create(NAMESPACES, objectOf(NAMESPACES, { metadata: { name: NAMESPACE } }));
  return cluster;
}

function failing(cluster: Cluster, verb: "get" | "create", error: KubeError): Pick<Cluster, "get" | "create"> {
  return {
    get: (resource, key) => (verb === "get" ? Promise.reject(error) : cluster.get(resource, key)),
    create: (resource, object) => (verb === "create" ? Promise.reject(error) : cluster.create(resource, object)),
  };
}

describe("the signing key", () => {
  test("is made by the first replica, of 32 bytes, never to be changed, and read by all others", async () => {
    const cluster = await aCluster();
    expect(await loadSigningKey(cluster, NAMESPACE, bytes(1))).toEqual(bytes(1)(32));
    expect((await cluster.get(SECRETS, KEY)).immutable).toBe(true);
    expect(await loadSigningKey(cluster, NAMESPACE, bytes(2))).toEqual(bytes(1)(32));
  });

  test("is one for all, however many start at once", async () => {
    const cluster = await aCluster();
    const keys = await Promise.all([1, 2, 3, 4].map((seed) => loadSigningKey(cluster, NAMESPACE, bytes(seed))));
    expect(new Set(keys.map((key) => Buffer.from(key).toString("hex"))).size).toBe(1);
  });

  test.each(["", Buffer.alloc(31).toString("base64"), Buffer.alloc(33).toString("base64")])(
    "is refused when the Secret holds %j",
    async (key) => {
      const cluster = await aCluster();
      await cluster.create(SECRETS, objectOf(SECRETS, { metadata: KEY, ...{ data: { key } } }));
      await expect(loadSigningKey(cluster, NAMESPACE, bytes(1))).rejects.toThrow(
        /does not hold a signing key[\s\S]*delete it/,
      );
    },
  );

  test("is never part of an error", async () => {
    const cluster = await aCluster();
    const secret = Buffer.from("short but secret").toString("base64");
    await cluster.create(SECRETS, objectOf(SECRETS, { metadata: KEY, ...{ data: { key: secret } } }));
    const error: unknown = await loadSigningKey(cluster, NAMESPACE, bytes(1)).catch((thrown: unknown) => thrown);
    expect(String(error)).not.toContain(secret);
    expect(String(error)).not.toContain("short but secret");
  });

  test("asks for the namespace when there is none", async () => {
    await expect(loadSigningKey(new MemoryCluster(), NAMESPACE, bytes(1))).rejects.toThrow(
      /namespace notebook-validator-system does not exist[\s\S]*kubectl create namespace/,
    );
  });

  test.each(["get", "create"] as const)("says which permission is missing when it may not %s", async (verb) => {
    const forbidden = new KubeError({ reason: "Forbidden", message: `may not ${verb}` });
    const cluster = failing(await aCluster(), verb, forbidden);
    await expect(loadSigningKey(cluster, NAMESPACE, bytes(1))).rejects.toThrow(
      /may not (?:read|create) Secret notebook-validator-system\/notebook-validator-signing-key[\s\S]*RoleBinding/,
    );
  });

  test("can be asked for again when the API server did not answer", async () => {
    const out = new KubeError({ reason: "ServiceUnavailable", message: "later" });
    await expect(loadSigningKey(failing(await aCluster(), "create", out), NAMESPACE, bytes(1))).rejects.toBe(out);
  });
});
