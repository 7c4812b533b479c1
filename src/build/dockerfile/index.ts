/** Dockerfiles: written by us, or read as the repository has them. */
export * from "./copyable-path.js";
export * from "./generate-dockerfile.js";
