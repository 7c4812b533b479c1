import { CERTIFICATE_SECRET_NAME } from "../../api/index.js";

/**
 * Who issues the certificate of webhook and metrics, into Secret `notebook-validator-certificate`.
 * - `operator`: the operator itself; it writes its CA into the webhook configuration and renews both.
 * - `cert-manager`: a Certificate of that name in the operator's namespace, which you create.
 * - `openshift`: OpenShift's service CA.
 * - `secret`: you; `caBundle` is the CA as base64 of PEM.
 */
export type ServingCertificate =
  | { readonly issuedBy: "operator" }
  | { readonly issuedBy: "cert-manager"; readonly certificateName: string }
  | { readonly issuedBy: "openshift" }
  | { readonly issuedBy: "secret"; readonly caBundle: string };

/** Names of the Secrets with the certificates. */
export interface CertificateSecrets {
  readonly webhook: string;
  readonly metrics: string;
}

/** OpenShift issues one certificate per Service, the others one for both. */
export function certificateSecrets(certificate: ServingCertificate): CertificateSecrets {
  return {
    webhook: CERTIFICATE_SECRET_NAME,
    metrics: certificate.issuedBy === "openshift" ? `${CERTIFICATE_SECRET_NAME}-metrics` : CERTIFICATE_SECRET_NAME,
  };
}

/** Annotations by which a Service asks for its certificate. */
export function certificateRequest(certificate: ServingCertificate, secretName: string): Record<string, string> {
  return certificate.issuedBy === "openshift"
    ? { "service.beta.openshift.io/serving-cert-secret-name": secretName }
    : {};
}
