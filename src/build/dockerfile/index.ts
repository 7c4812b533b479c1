/** Dockerfiles: written by us, or read as the repository has them. */
export * from "./copied-files.js";
export * from "./copyable-path.js";
export * from "./dockerfile-stages.js";
export { foreignFrontend } from "./foreign-frontend.js";
export * from "./generate-dockerfile.js";
export * from "./ignore-file.js";
export { KERNEL_REQUIREMENTS } from "./install-script.js";
export * from "./lint-dockerfile.js";
export * from "./read-instructions.js";
export { repositoryCopy } from "./repository-copy.js";
