import { pino } from "pino";
import { CERTIFICATE_SECRET_NAME, WEBHOOK_CONFIGURATION_NAME } from "../../../src/api/index.js";
import { KubeError, type KubeErrorReason } from "../../../src/kube/kube-error.js";
import { ManualClock } from "../../../src/kube/manual-clock.js";
import { type Interceptor, MemoryCluster } from "../../../src/kube/memory/index.js";
import { seededRandom } from "../../../src/kube/random.js";
import { SECRETS, type Secret, VALIDATING_WEBHOOK_CONFIGURATIONS } from "../../../src/kube/resources.js";
import { ServingCertificate, type ServingCertificateOptions } from "../../../src/operator/certificate/index.js";

export const NAMESPACE = "notebook-validator-system";
export const SECRET = { namespace: NAMESPACE, name: CERTIFICATE_SECRET_NAME };
export const WEBHOOK = { name: WEBHOOK_CONFIGURATION_NAME };
export const SERVICE = `notebook-validator-webhook.${NAMESPACE}.svc`;
export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** A cluster with the operator's webhook configuration, and replicas that keep their certificates there. */
export class CertificateWorld {
  /** From today, since real clients of the certificates judge them by the real clock. */
  readonly clock = new ManualClock(Date.now());
  readonly cluster: MemoryCluster;
  readonly log: { level: number; msg: string; problem?: string }[] = [];
  #stop = new AbortController();

  private constructor(intercept?: Interceptor) {
    this.cluster = new MemoryCluster({
      clock: this.clock,
      random: seededRandom(1),
      autoCreateNamespaces: true,
      ...(intercept && { intercept }),
    });
  }

  static async start(
    settings: { intercept?: Interceptor; annotations?: Record<string, string> } = {},
  ): Promise<CertificateWorld> {
    const world = new CertificateWorld(settings.intercept);
    await world.cluster.create(VALIDATING_WEBHOOK_CONFIGURATIONS, {
      apiVersion: "admissionregistration.k8s.io/v1",
      kind: "ValidatingWebhookConfiguration",
      metadata: { ...WEBHOOK, annotations: settings.annotations ?? {} },
      webhooks: [
        {
          name: "notebookvalidationjobs.mlops.mlops.dev",
          admissionReviewVersions: ["v1"],
          sideEffects: "None",
          clientConfig: { service: { name: "notebook-validator-webhook", namespace: NAMESPACE } },
        },
      ],
    });
    return world;
  }

  /** Another replica, after its first look. */
  async replica(options: Partial<ServingCertificateOptions> = {}): Promise<ServingCertificate> {
    const certificate = new ServingCertificate({
      cluster: this.cluster,
      clock: this.clock,
      logger: pino({ level: "debug" }, { write: (line: string) => void this.log.push(JSON.parse(line) as never) }),
      namespace: NAMESPACE,
      ...options,
    });
    await certificate.start(this.#stop.signal);
    return certificate;
  }

  secret(): Promise<Secret> {
    return this.cluster.get(SECRETS, SECRET);
  }

  async secretEntry(name: string): Promise<string> {
    return Buffer.from((await this.secret()).data?.[name] ?? "", "base64").toString();
  }

  async changeSecret(data: Record<string, string | null>): Promise<void> {
    const encoded = Object.entries(data).map(([name, text]) => [name, text === null ? null : btoa(text)]);
    await this.cluster.patch(SECRETS, SECRET, { data: Object.fromEntries(encoded) as Record<string, unknown> });
  }

  /** What the API server trusts. */
  async caBundle(): Promise<string> {
    const { webhooks } = await this.cluster.get(VALIDATING_WEBHOOK_CONFIGURATIONS, WEBHOOK);
    return Buffer.from(webhooks?.[0]?.clientConfig.caBundle ?? "", "base64").toString();
  }

  /** Lets time pass; certificates are made by real cryptography, which the clock knows nothing of. */
  async pass(ms: number): Promise<void> {
    await this.clock.advance(ms);
    await this.rest();
  }

  async rest(): Promise<void> {
    for (let turn = 0; turn < 5; turn++) {
      await new Promise((resolve) => setTimeout(resolve, 8));
      await this.clock.settle();
    }
  }

  warnings(): string[] {
    return this.log.filter(({ level }) => level >= 40).map(({ msg, problem = "" }) => `${msg}: ${problem}`);
  }

  /** Ends all replicas. */
  stop(): void {
    this.#stop.abort();
    this.#stop = new AbortController();
  }
}

/** Calls that fail. */
export function failing(reason: KubeErrorReason, when: (verb: string, plural: string) => boolean): Interceptor {
  return (call, proceed) => {
    if (!when(call.verb, call.resource.plural)) return proceed();
    throw new KubeError({ reason, message: `${call.resource.plural} is forbidden: User "nbv" cannot ${call.verb} it` });
  };
}
