import { X509Certificate } from "node:crypto";
import type { Instant } from "../../api/index.js";

/** Most authorities that a bundle holds: the current one, the next one, and some that are on their way out. */
const MAX_AUTHORITIES = 6;

/** The certificates of a PEM text that can be read; others are left out. */
export function certificatesOf(text: string): X509Certificate[] {
  const blocks = text.match(/-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g) ?? [];
  return blocks.flatMap((block) => {
    try {
      return [new X509Certificate(block)];
    } catch {
      return [];
    }
  });
}

/**
 * The authorities that are still valid, each once, those named first first, as one PEM text.
 * @param sources PEM texts in order of importance
 */
export function authorityBundle(now: Instant, ...sources: readonly string[]): string {
  const kept = new Map<string, string>();
  for (const certificate of sources.flatMap(certificatesOf)) {
    if (certificate.ca && validUntil(certificate) > now && kept.size < MAX_AUTHORITIES) {
      kept.set(certificate.fingerprint256, certificate.toString());
    }
  }
  return [...kept.values()].join("");
}

/** Whether `bundle` holds every authority of `authorities`. */
export function includesAuthorities(bundle: string, authorities: string): boolean {
  const known = new Set(certificatesOf(bundle).map(({ fingerprint256 }) => fingerprint256));
  return certificatesOf(authorities).every(({ fingerprint256 }) => known.has(fingerprint256));
}

/** When a certificate's life begins. */
export function validFrom(certificate: X509Certificate): Instant {
  return Date.parse(certificate.validFrom);
}

/** When a certificate's life ends. */
export function validUntil(certificate: X509Certificate): Instant {
  return Date.parse(certificate.validTo);
}
