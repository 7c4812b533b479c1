import type { Logger } from "pino";
import { CERTIFICATE_SECRET_NAME, type Instant } from "../../api/index.js";
import { UserError } from "../../api/user-error.js";
import type { Clock } from "../../kube/clock.js";
import type { Cluster } from "../../kube/cluster.js";
import { isKubeError } from "../../kube/kube-error.js";
import { SECRETS, type Secret } from "../../kube/resources.js";
import { authorityBundle } from "./authority-bundle.js";
import {
  asUsable,
  type CertificatesToStore,
  certificateSecret,
  isOurs,
  readCertificateSecret,
  type StoredCertificates,
} from "./certificate-secret.js";
import type { CertificateSource, CertificateUse } from "./certificate-source.js";
import { issueCertificate, type KeyPair } from "./issue-certificate.js";
import { planCertificate } from "./plan-certificate.js";
import { tellAuthorities } from "./webhook-authority.js";

/** Time between two looks at the Secret, milliseconds: how long a deletion or a replica's renewal may go unnoticed. */
const LOOK_MS = 5 * 60 * 1000;
/** Rounds against other replicas that write at the same time. */
const MAX_RACES = 10;

export interface SelfIssuedOptions {
  readonly cluster: Pick<Cluster, "get" | "create" | "replace" | "patch">;
  readonly clock: Clock;
  readonly logger: Logger;
  /** The operator's namespace. */
  readonly namespace: string;
  /** DNS names that the certificate is for. */
  readonly names: readonly string[];
  /** Whether the API server is to be told whom to trust. */
  readonly webhook: boolean;
}

/**
 * The operator's own certificate, shared by its replicas through one Secret. Every replica may issue and renew it: creation
 * and optimistic locking decide who does, and the others take what they find.
 */
export class SelfIssued implements CertificateSource {
  readonly #options: SelfIssuedOptions;
  /** Authorities of what this process has served: kept in the bundle when the Secret loses them. */
  #served = "";
  /** Authorities that the API server was found to know. */
  #known = "";
  #isForeign = false;

  constructor(options: SelfIssuedOptions) {
    this.#options = options;
  }

  async look(serve: (use: CertificateUse, pair: KeyPair) => void): Promise<number> {
    const { names, clock, namespace } = this.#options;
    const { secret, stored } = await this.#settled();
    if (secret !== undefined && !isOurs(secret)) {
      this.#noteForeign();
      const pair = foreignPair(secret);
      if (pair === undefined) {
        throw new UserError({
          what: `Secret ${namespace}/${CERTIFICATE_SECRET_NAME} is not the operator's own and holds no certificate with its key`,
          fix: "delete it, and the operator issues one; or give it tls.crt and tls.key",
        });
      }
      serve("webhook", pair);
      serve("metrics", pair);
      return LOOK_MS;
    }
    this.#isForeign = false;
    const { current, authorities } = stored;
    if (current === undefined) throw new Error(`no certificate for ${names.join(", ")} at ${clock.now()}`);
    // The API server learns first: when a lost certificate is replaced, the old one is served until then.
    const untold = await this.#tell(authorities).catch((error: Error) => error);
    serve("webhook", current);
    serve("metrics", current);
    this.#served = authorities;
    if (untold !== undefined) throw untold;
    return LOOK_MS;
  }

  /** The Secret after everything was done that is to be done about it now. */
  async #settled(): Promise<{ secret: Secret | undefined; stored: StoredCertificates }> {
    const { cluster, clock, names, namespace, logger } = this.#options;
    for (let race = 0; race < MAX_RACES; race++) {
      const now = clock.now();
      const secret = await this.#read();
      const stored = secret === undefined ? NOTHING : readCertificateSecret(secret, names, now);
      if (secret !== undefined && !isOurs(secret)) return { secret, stored };
      const plan = planCertificate(stored, now, this.#known === stored.authorities);
      if (plan === "keep") return { secret, stored };
      const change = await this.#change(plan, stored, now);
      try {
        const draft = certificateSecret(namespace, change, secret);
        if (secret === undefined) await cluster.create(SECRETS, draft);
        else await cluster.replace(SECRETS, draft);
        logger.info({ secret: `${namespace}/${CERTIFICATE_SECRET_NAME}` }, MESSAGES[plan]);
      } catch (error) {
        // Another replica was faster, or somebody deleted it: what is there now counts.
        if (!isKubeError(error, "AlreadyExists", "Conflict", "NotFound")) throw error;
      }
    }
    throw new Error("the Secret of the certificate does not come to rest");
  }

  async #change(
    plan: "issue" | "stage" | "promote",
    { current, next, authorities }: StoredCertificates,
    now: Instant,
  ): Promise<CertificatesToStore> {
    if (plan === "promote" && next !== undefined) return { current: next, authorities };
    const issued = await issueCertificate(this.#options.names, now);
    const bundle = authorityBundle(now, issued.authority, this.#served, authorities);
    if (plan === "stage" && current !== undefined) return { current, next: issued, authorities: bundle };
    return { current: asUsable(issued), authorities: bundle };
  }

  async #read(): Promise<Secret | undefined> {
    const { cluster, namespace } = this.#options;
    try {
      return await cluster.get(SECRETS, { namespace, name: CERTIFICATE_SECRET_NAME });
    } catch (error) {
      if (isKubeError(error, "NotFound")) return undefined;
      throw error;
    }
  }

  async #tell(authorities: string): Promise<void> {
    const { cluster, logger, webhook } = this.#options;
    if (!webhook) {
      this.#known = authorities;
      return;
    }
    this.#known = "";
    for (let race = 0; ; race++) {
      try {
        const told = await tellAuthorities(cluster, authorities);
        if (told === "told") logger.info("told the API server which authority signed the webhook's certificate");
        this.#known = authorities;
        return;
      } catch (error) {
        // Another replica writes the same, or somebody applies the manifests.
        if (!isKubeError(error, "Conflict") || race >= MAX_RACES) throw error;
      }
    }
  }

  #noteForeign(): void {
    if (this.#isForeign) return;
    this.#isForeign = true;
    const { logger, namespace } = this.#options;
    logger.warn(
      { secret: `${namespace}/${CERTIFICATE_SECRET_NAME}` },
      "somebody else issues the certificate: the operator serves it, but neither renews it nor tells the API server its authority",
    );
  }
}

const NOTHING: StoredCertificates = { current: undefined, next: undefined, authorities: "" };

const MESSAGES = {
  issue: "issued a certificate for webhook and metrics",
  stage: "published the authority of the next certificate, which will be served in an hour",
  promote: "serves the next certificate from now on",
} as const;

function foreignPair(secret: Secret): KeyPair | undefined {
  const text = (entry: string) => Buffer.from(secret.data?.[entry] ?? "", "base64").toString("latin1");
  const [cert, key] = [text("tls.crt"), text("tls.key")];
  return cert === "" || key === "" ? undefined : { cert, key };
}
