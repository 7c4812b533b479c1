export type { CertificateUse } from "./certificate-source.js";
export { certificateNames, ServingCertificate, type ServingCertificateOptions } from "./serving-certificate.js";
