/** Version of this package; a test holds it to package.json. */
export const PACKAGE_VERSION = "0.1.0";

/** The operator's image: reconciler, source fetcher and runner in one. */
export const OPERATOR_IMAGE = `ghcr.io/notebook-validator/notebook-validator-operator:v${PACKAGE_VERSION}`;

/** What fetches a commit in that image. */
export const FETCHER_COMMAND = ["node", "/app/nbv.js", "fetch-source"] as const;

/** Image with buildah for image builds. Pin it by digest in production. */
export const BUILDAH_IMAGE = "quay.io/buildah/stable:v1.40.1";
