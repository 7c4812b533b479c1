import type { KeyPair } from "./issue-certificate.js";

/** What a certificate is for. */
export type CertificateUse = "webhook" | "metrics";

/** Where certificates come from. One look at a time; what it learns goes to `serve`. */
export interface CertificateSource {
  /**
   * Looks, does what is to be done, and serves what there is.
   * @returns milliseconds until the next look
   * @throws KubeError or UserError: what was served before stays; there will be another look
   */
  look(serve: (use: CertificateUse, pair: KeyPair) => void): Promise<number>;
}
