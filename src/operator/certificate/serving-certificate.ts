import { createSecureContext, type SecureContextOptions } from "node:tls";
import type { Logger } from "pino";
import { METRICS_SERVICE_NAME, serviceNames, WEBHOOK_SERVICE_NAME } from "../../api/index.js";
import { UserError } from "../../api/user-error.js";
import { type Clock, systemClock } from "../../kube/clock.js";
import type { Cluster } from "../../kube/cluster.js";
import { isKubeError } from "../../kube/kube-error.js";
import { certificatesOf, validUntil } from "./authority-bundle.js";
import type { CertificateSource, CertificateUse } from "./certificate-source.js";
import type { KeyPair } from "./issue-certificate.js";
import { Mounted } from "./mounted.js";
import { SelfIssued } from "./self-issued.js";

export interface ServingCertificateOptions {
  readonly cluster: Pick<Cluster, "get" | "create" | "replace" | "patch">;
  /** @default systemClock */
  readonly clock?: Clock;
  readonly logger: Logger;
  /** The operator's namespace. */
  readonly namespace: string;
  /**
   * Directory with certificates that somebody else issues: `webhook/tls.crt`, `webhook/tls.key`, and the same in `metrics/`.
   * @default the operator issues its own, into Secret `notebook-validator-certificate`
   */
  readonly directory?: string | undefined;
  /**
   * What certificates are needed for.
   * @default webhook and metrics
   */
  readonly uses?: readonly CertificateUse[];
}

/** First and longest wait after a look that failed, milliseconds. */
const RETRY_MS = { first: 1_000, longest: 60_000 };

/**
 * The certificates with which the operator serves webhook and metrics: issued by itself, or by others into files. They are
 * renewed, or read again, while the servers go on: whoever serves them listens with {@link onChange}. Trouble with them is
 * logged and never ends the operator; what was served last is served on.
 */
export class ServingCertificate {
  readonly #source: CertificateSource;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #served = new Map<CertificateUse, KeyPair>();
  readonly #listeners = new Set<(use: CertificateUse) => void>();
  #lastProblem: string | undefined;

  constructor(options: ServingCertificateOptions) {
    const { cluster, clock = systemClock, logger, namespace, uses = ["webhook", "metrics"] } = options;
    this.#clock = clock;
    this.#logger = logger;
    this.#source =
      options.directory === undefined
        ? new SelfIssued({
            ...{ cluster, clock, logger, namespace },
            names: certificateNames(namespace),
            webhook: uses.includes("webhook"),
          })
        : new Mounted(options.directory, uses);
  }

  /**
   * Resolves after the first look, whatever it found; never rejects. Keeps the certificates up to date until `signal` aborts.
   */
  async start(signal: AbortSignal): Promise<void> {
    const first = await this.#look(RETRY_MS.first);
    void this.#keep(first, signal);
  }

  /** The certificate to serve now; `undefined` while there is none. */
  current(use: CertificateUse): KeyPair | undefined {
    return this.#served.get(use);
  }

  /** The same for `https.createServer` and `tls.Server.setSecureContext`. */
  tlsOptions(use: CertificateUse): SecureContextOptions | undefined {
    const pair = this.current(use);
    return pair === undefined ? undefined : { ...pair, minVersion: "TLSv1.2" };
  }

  /** Tells of every new certificate, the first one included. @returns a function that ends it */
  onChange(listener: (use: CertificateUse) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async #keep(first: Wait, signal: AbortSignal): Promise<void> {
    for (let wait = first; ; wait = await this.#look(wait.retry)) {
      try {
        await this.#clock.sleep(wait.ms, signal);
      } catch {
        return;
      }
    }
  }

  /** @param retry how long to wait if this look fails */
  async #look(retry: number): Promise<Wait> {
    try {
      const ms = await this.#source.look((use, pair) => this.#serve(use, pair));
      if (this.#lastProblem !== undefined) this.#logger.info("the certificates are in order again");
      this.#lastProblem = undefined;
      return { ms, retry: RETRY_MS.first };
    } catch (error) {
      this.#report(error);
      return { ms: retry, retry: Math.min(retry * 2, RETRY_MS.longest) };
    }
  }

  #serve(use: CertificateUse, pair: KeyPair): void {
    const served = this.#served.get(use);
    if (served?.cert === pair.cert && served.key === pair.key) return;
    const problem = whyUnfit(pair);
    if (problem !== undefined) {
      throw new UserError({ what: `the ${use} certificate can't be served: ${problem}` });
    }
    this.#served.set(use, pair);
    const [certificate] = certificatesOf(pair.cert);
    const until = certificate === undefined ? undefined : new Date(validUntil(certificate)).toISOString();
    this.#logger.info({ use, until }, "a new certificate is served");
    for (const listener of this.#listeners) listener(use);
  }

  /** Says each problem once, not at every look. */
  #report(error: unknown): void {
    const message = error instanceof Error ? error.message : String(error);
    if (message === this.#lastProblem) return;
    this.#lastProblem = message;
    const consequence =
      this.#served.size === 0 ? "webhook and metrics answer nobody; jobs run all the same" : undefined;
    const hint = isKubeError(error, "Forbidden") ? "the operator's role lacks a permission" : undefined;
    this.#logger.warn({ problem: message, consequence, hint }, "the certificates need attention");
  }
}

/** DNS names of the certificate that the operator issues: its Services, and `localhost` for port-forwarding. */
export function certificateNames(namespace: string): string[] {
  return [WEBHOOK_SERVICE_NAME, METRICS_SERVICE_NAME]
    .flatMap((service) => serviceNames(service, namespace))
    .concat("localhost");
}

interface Wait {
  readonly ms: number;
  readonly retry: number;
}

/** Why OpenSSL does not take a certificate and its key. */
function whyUnfit(pair: KeyPair): string | undefined {
  try {
    createSecureContext({ ...pair });
    return undefined;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? "unreadable";
  }
}
