/** From repository facts to an image: pure. */
export * from "./dockerfile/index.js";
export * from "./environment/environment-plan.js";
export * from "./environment/plan-environment.js";
export * from "./environment/wanted-files.js";
export * from "./flight-key.js";
export * from "./image/image-destination.js";
export * from "./image/image-reference.js";
export * from "./requirements/index.js";
export * from "./source-facts.js";
export * from "./strategies/build-strategy.js";
