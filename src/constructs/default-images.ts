export { OPERATOR_IMAGE } from "../api/index.js";

/** Image with buildah for image builds. Pin it by digest in production. */
export const BUILDAH_IMAGE = "quay.io/buildah/stable:v1.40.1";
