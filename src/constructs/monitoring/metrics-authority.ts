import { CERTIFICATE_SECRET_NAME } from "../../api/index.js";
import type { ServingCertificate } from "../operator/serving-certificate.js";

/** Where a scraper finds the CA of the operator's certificate, as a ServiceMonitor says it. */
export type AuthorityReference =
  | { readonly secret: { readonly name: string; readonly key: string } }
  | { readonly configMap: { readonly name: string; readonly key: string } };

/** OpenShift puts its service CA into every namespace; the others put the CA beside the certificate. */
export function metricsAuthority(certificate: ServingCertificate): AuthorityReference {
  return certificate.issuedBy === "openshift"
    ? { configMap: { name: "openshift-service-ca.crt", key: "service-ca.crt" } }
    : { secret: { name: CERTIFICATE_SECRET_NAME, key: "ca.crt" } };
}
