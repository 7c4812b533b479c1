import { afterEach, describe, expect, test } from "@jest/globals";
import {
  type Cluster,
  isKubeError,
  VALIDATING_WEBHOOK_CONFIGURATIONS,
  type ValidatingWebhookConfiguration,
} from "../../src/kube/index.js";
import { type ClusterUnderTest, failure } from "./cluster-under-test.js";

type Webhook = NonNullable<ValidatingWebhookConfiguration["webhooks"]>[number];

const NAME = "contract-webhook";
/** `resources` is missing in the package's type. */
const RULE: NonNullable<Webhook["rules"]>[number] & { resources: string[] } = {
  apiGroups: ["nothing.test.mlops.dev"],
  apiVersions: ["v1"],
  operations: ["CREATE"],
  resources: ["x"],
};

/** The configuration of admission webhooks: stored, defaulted, owned field by field. */
export function webhooksContract(given: () => ClusterUnderTest): void {
  const cluster = (): Cluster => given().cluster;
  const aConfiguration = (webhook: Partial<Webhook> = {}): ValidatingWebhookConfiguration => ({
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: "ValidatingWebhookConfiguration",
    metadata: { name: NAME },
    webhooks: [
      {
        name: "jobs.test.mlops.dev",
        admissionReviewVersions: ["v1"],
        sideEffects: "None",
        failurePolicy: "Ignore",
        clientConfig: { service: { namespace: "n", name: "s", path: "/validate" } },
        // Of a group that nothing has: the server must not call it.
        rules: [RULE],
        ...webhook,
      },
    ],
  });
  const make = (webhook?: Partial<Webhook>): Promise<ValidatingWebhookConfiguration> =>
    cluster().create(VALIDATING_WEBHOOK_CONFIGURATIONS, aConfiguration(webhook));

  describe("webhook configurations", () => {
    afterEach(async () => {
      try {
        await cluster().delete(VALIDATING_WEBHOOK_CONFIGURATIONS, { name: NAME });
      } catch (error) {
        if (!isKubeError(error, "NotFound")) throw error;
      }
    });

    test("get the server's defaults", async () => {
      const made = await make();
      expect(made.metadata.generation).toBe(1);
      expect(made.webhooks?.[0]).toEqual({
        ...aConfiguration().webhooks?.[0],
        clientConfig: { service: { namespace: "n", name: "s", path: "/validate", port: 443 } },
        rules: [{ ...aConfiguration().webhooks?.[0]?.rules?.[0], scope: "*" }],
        matchPolicy: "Equivalent",
        namespaceSelector: {},
        objectSelector: {},
        timeoutSeconds: 10,
      });
    });

    test("take a CA bundle from somebody who owns nothing else of them", async () => {
      await make({ timeoutSeconds: 5 });
      const caBundle = Buffer.from("-----BEGIN CERTIFICATE-----").toString("base64");
      const wanted = {
        ...aConfiguration(),
        webhooks: [{ name: "jobs.test.mlops.dev", clientConfig: { caBundle } } as Webhook],
      };
      const options = { fieldManager: "issuer" };
      const applied = await cluster().apply(VALIDATING_WEBHOOK_CONFIGURATIONS, wanted, options);
      expect(applied.metadata.generation).toBe(2);
      expect(applied.webhooks?.[0]).toMatchObject({
        timeoutSeconds: 5,
        clientConfig: { caBundle, service: { name: "s" } },
      });
      const again = await cluster().apply(VALIDATING_WEBHOOK_CONFIGURATIONS, wanted, options);
      expect(again.metadata.resourceVersion).toBe(applied.metadata.resourceVersion);
    });

    test.each<[string, Partial<Webhook>]>([
      ["a name of two segments", { name: "jobs.dev" }],
      ["unknown side effects", { sideEffects: "Some" }],
      ["a timeout of 31 seconds", { timeoutSeconds: 31 }],
      ["no review versions", { admissionReviewVersions: [] }],
      ["an unknown failure policy", { failurePolicy: "Retry" }],
      ["no way to it", { clientConfig: {} }],
    ])("with %s are refused", async (_what, webhook) => {
      expect(await failure(make(webhook))).toMatchObject({ reason: "Invalid", code: 422 });
    });
  });
}
