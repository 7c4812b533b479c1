import { createPrivateKey, type X509Certificate } from "node:crypto";
import {
  ANNOTATION_CERTIFICATE_ISSUER,
  CERTIFICATE_SECRET_NAME,
  type Instant,
  OPERATOR_NAME,
} from "../../api/index.js";
import { objectOf, SECRETS, type Secret } from "../../kube/resources.js";
import { authorityBundle, certificatesOf, validFrom, validUntil } from "./authority-bundle.js";
import { CLOCK_SKEW_MS, type IssuedCertificate, type KeyPair } from "./issue-certificate.js";

/** A certificate that may be served now. */
export interface UsableCertificate extends KeyPair {
  readonly from: Instant;
  readonly until: Instant;
}

/** What the Secret holds, as far as it is worth anything. */
export interface StoredCertificates {
  /** What is served. */
  readonly current: UsableCertificate | undefined;
  /** What will be served once its authority is known everywhere. */
  readonly next: UsableCertificate | undefined;
  /** Authorities that are still valid, PEM: what callers trust. */
  readonly authorities: string;
}

/** What is written into the Secret. */
export interface CertificatesToStore {
  readonly current: KeyPair;
  readonly next?: KeyPair | undefined;
  readonly authorities: string;
}

/**
 * Names of the Secret's entries. The first three are those of every `kubernetes.io/tls` Secret; the others hold the next
 * certificate for the hour in which callers learn of its authority.
 */
const ENTRIES = {
  certificate: "tls.crt",
  key: "tls.key",
  authorities: "ca.crt",
  nextCertificate: "next.crt",
  nextKey: "next.key",
} as const;

/** Annotations by which others say that a Secret is theirs. */
const FOREIGN = /^(cert-manager\.io|service\.(beta|alpha)\.openshift\.io)\//;

/** Whether the operator issued what the Secret holds. Otherwise it only reads it. */
export function isOurs(secret: Secret): boolean {
  const { annotations = {} } = secret.metadata;
  if (Object.keys(annotations).some((name) => FOREIGN.test(name))) return false;
  return annotations[ANNOTATION_CERTIFICATE_ISSUER] === OPERATOR_NAME;
}

/** Reads a Secret that may hold anything. @param names DNS names that a usable certificate must be for */
export function readCertificateSecret(secret: Secret, names: readonly string[], now: Instant): StoredCertificates {
  const entry = (name: string): string => Buffer.from(secret.data?.[name] ?? "", "base64").toString("latin1");
  const authorities = authorityBundle(now, entry(ENTRIES.authorities));
  const usable = (cert: string, key: string) => usableCertificate({ cert, key }, authorities, names, now);
  return {
    current: usable(entry(ENTRIES.certificate), entry(ENTRIES.key)),
    next: usable(entry(ENTRIES.nextCertificate), entry(ENTRIES.nextKey)),
    authorities,
  };
}

/** The Secret to create, or to replace `existing` with: what others added to its metadata stays. */
export function certificateSecret(namespace: string, stored: CertificatesToStore, existing?: Secret): Secret {
  const { next } = stored;
  const encoded = (text: string): string => Buffer.from(text, "latin1").toString("base64");
  const metadata = existing?.metadata ?? { name: CERTIFICATE_SECRET_NAME, namespace };
  const secret: Omit<Secret, "apiVersion" | "kind"> = {
    metadata: {
      ...metadata,
      labels: {
        ...metadata.labels,
        "app.kubernetes.io/name": OPERATOR_NAME,
        "app.kubernetes.io/managed-by": OPERATOR_NAME,
      },
      annotations: { ...metadata.annotations, [ANNOTATION_CERTIFICATE_ISSUER]: OPERATOR_NAME },
    },
    // The type of a Secret never changes.
    type: existing?.type ?? "kubernetes.io/tls",
    data: {
      [ENTRIES.certificate]: encoded(stored.current.cert),
      [ENTRIES.key]: encoded(stored.current.key),
      [ENTRIES.authorities]: encoded(stored.authorities),
      ...(next === undefined
        ? {}
        : { [ENTRIES.nextCertificate]: encoded(next.cert), [ENTRIES.nextKey]: encoded(next.key) }),
    },
  };
  return objectOf(SECRETS, secret);
}

/** A certificate that was just issued, as one that may be served. */
export function asUsable(issued: IssuedCertificate): UsableCertificate {
  const [certificate] = certificatesOf(issued.cert);
  if (certificate === undefined) throw new Error("an issued certificate can't be read");
  return { cert: issued.cert, key: issued.key, from: validFrom(certificate), until: validUntil(certificate) };
}

function usableCertificate(
  pair: KeyPair,
  authorities: string,
  names: readonly string[],
  now: Instant,
): UsableCertificate | undefined {
  const [certificate] = certificatesOf(pair.cert);
  if (certificate === undefined || !hasKey(certificate, pair.key)) return undefined;
  const [from, until] = [validFrom(certificate), validUntil(certificate)];
  // One that is not valid yet was made by a clock that is ahead of ours, or was tampered with.
  if (until <= now || from - CLOCK_SKEW_MS > now) return undefined;
  if (!names.every((name) => certificate.checkHost(name, { subject: "never" }) !== undefined)) return undefined;
  const isSigned = certificatesOf(authorities).some(
    (authority) => certificate.checkIssued(authority) && certificate.verify(authority.publicKey),
  );
  return isSigned ? { ...pair, from, until } : undefined;
}

function hasKey(certificate: X509Certificate, key: string): boolean {
  try {
    return certificate.checkPrivateKey(createPrivateKey(key));
  } catch {
    return false;
  }
}
