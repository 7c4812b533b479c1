/** Version of this package; a test holds it to package.json. */
export const PACKAGE_VERSION = "0.1.0";

/** The operator's image: reconciler, source fetcher and runner in one. */
export const OPERATOR_IMAGE = `ghcr.io/notebook-validator/notebook-validator-operator:v${PACKAGE_VERSION}`;
