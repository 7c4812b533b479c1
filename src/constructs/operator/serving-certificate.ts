import { CERTIFICATE_SECRET_NAME } from "../../api/index.js";

/**
 * Who issues the certificate of webhook and metrics, into Secret `notebook-validator-certificate`. One of them alone keeps
 * certificate and CA bundle; the operator learns by its `--certificates` flag that it is somebody else.
 * - `operator`: the operator itself. It issues, renews, and writes its CA into the webhook configuration. No flag, no mounts.
 * - `cert-manager`: a Certificate of that name in the operator's namespace, which you create; its CA injector writes the CA.
 * - `openshift`: OpenShift's service CA issues, and injects its CA.
 * - `secret`: you; `caBundle` is the CA as base64 of PEM.
 *
 * In the latter three the Secrets are mounted, read again when they change, and never written.
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
