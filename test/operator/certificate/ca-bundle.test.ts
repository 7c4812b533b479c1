import { afterEach, describe, expect, test } from "@jest/globals";
import { SECRETS, VALIDATING_WEBHOOK_CONFIGURATIONS } from "../../../src/kube/resources.js";
import { CertificateWorld, HOUR, MINUTE, SECRET, WEBHOOK } from "./a-certificate.js";

let world: CertificateWorld;
afterEach(() => world.stop());

describe("one owner of the CA bundle", () => {
  test.each([
    ["cert-manager.io/inject-ca-from", "a/b"],
    ["service.beta.openshift.io/inject-cabundle", "true"],
  ])("where %s asks somebody else, the operator never writes it", async (name, value) => {
    world = await CertificateWorld.start({ annotations: { [name]: value } });
    const { metadata } = await world.cluster.get(VALIDATING_WEBHOOK_CONFIGURATIONS, WEBHOOK);
    const replica = await world.replica();
    expect(replica.current("webhook")).toBeDefined();
    expect((await world.cluster.get(VALIDATING_WEBHOOK_CONFIGURATIONS, WEBHOOK)).metadata).toEqual(metadata);
  });

  test.each([
    ["nobody's annotation", {}],
    ["cert-manager's annotation", { "cert-manager.io/certificate-name": "nbv" }],
    [
      "cert-manager's annotation beside ours",
      { "cert-manager.io/certificate-name": "nbv", "mlops.dev/certificate-issuer": "notebook-validator-operator" },
    ],
  ])("a Secret with %s is served, and neither it nor the bundle is written", async (_whose, annotations) => {
    const stranger = await CertificateWorld.start();
    await stranger.replica();
    const { data = {} } = await stranger.secret();
    stranger.stop();
    world = await CertificateWorld.start();
    const made = await world.cluster.create(SECRETS, {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { ...SECRET, annotations },
      data,
    });
    const replica = await world.replica();
    expect(replica.current("webhook")?.cert).toBe(Buffer.from(data["tls.crt"] ?? "", "base64").toString());
    await world.pass(HOUR);
    expect((await world.secret()).metadata.resourceVersion).toBe(made.metadata.resourceVersion);
    expect(await world.caBundle()).toBe("");
    expect(world.warnings()).toEqual([expect.stringContaining("somebody else issues the certificate")]);
  });

  test("what somebody else put into the bundle of our own certificate is put right", async () => {
    world = await CertificateWorld.start();
    await world.replica();
    const { webhooks = [] } = await world.cluster.get(VALIDATING_WEBHOOK_CONFIGURATIONS, WEBHOOK);
    await world.cluster.patch(VALIDATING_WEBHOOK_CONFIGURATIONS, WEBHOOK, {
      webhooks: webhooks.map((webhook) => ({ ...webhook, clientConfig: { ...webhook.clientConfig, caBundle: null } })),
    });
    await world.pass(6 * MINUTE);
    expect(await world.caBundle()).toBe(await world.secretEntry("ca.crt"));
  });

  test("without a webhook configuration there is nothing to write", async () => {
    world = await CertificateWorld.start();
    await world.cluster.delete(VALIDATING_WEBHOOK_CONFIGURATIONS, WEBHOOK);
    expect((await world.replica()).current("metrics")).toBeDefined();
    expect(world.warnings()).toEqual([]);
  });

  test("with the webhook off, the configuration is not even read", async () => {
    let reads = 0;
    world = await CertificateWorld.start({
      intercept: (call, proceed) => {
        if (call.verb === "get" && call.resource.plural.includes("webhook")) reads++;
        return proceed();
      },
    });
    expect((await world.replica({ uses: ["metrics"] })).current("metrics")).toBeDefined();
    expect(reads).toBe(0);
    expect(await world.caBundle()).toBe("");
  });
});
