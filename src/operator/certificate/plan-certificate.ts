import type { Instant } from "../../api/index.js";
import type { StoredCertificates } from "./certificate-secret.js";
import { CLOCK_SKEW_MS } from "./issue-certificate.js";

/** Time in which all who call us learn of a new authority, before its certificate is served; milliseconds. */
export const TRUST_DELAY_MS = 60 * 60 * 1000;
/** Share of a certificate's life after which the next one is made. */
const RENEW_AT = 2 / 3;
/** A certificate that ends so soon gives way to the next one, whoever has learnt of that one. */
const LAST_CALL_MS = 24 * 60 * 60 * 1000;

/**
 * What is to be done about the Secret:
 * - `keep` it;
 * - `stage` the next certificate: its authority is published, the current one is still served;
 * - `promote` the next certificate to the current one;
 * - `issue` a new one at once, since none can be served.
 */
export type CertificatePlan = "keep" | "stage" | "promote" | "issue";

/**
 * Renewal in two steps, so that no caller ever meets a certificate of an authority that it does not know.
 * @param isTrusted whether the API server is known to have all authorities of the Secret
 */
export function planCertificate(stored: StoredCertificates, now: Instant, isTrusted: boolean): CertificatePlan {
  const { current, next } = stored;
  if (current === undefined) return next === undefined ? "issue" : "promote";
  if (next === undefined) return now >= current.from + (current.until - current.from) * RENEW_AT ? "stage" : "keep";
  if (current.until - now < LAST_CALL_MS) return "promote";
  return isTrusted && now >= next.from + CLOCK_SKEW_MS + TRUST_DELAY_MS ? "promote" : "keep";
}
