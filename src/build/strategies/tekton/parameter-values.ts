import { PIP_BUILD_ARGUMENTS } from "../../dockerfile/index.js";
import type { BuildPlan } from "../build-strategy.js";
import { buildahArguments } from "./buildah-arguments.js";

/** One parameter of a run. */
export interface ParameterValue {
  readonly name: string;
  readonly value: string | string[];
}

/** What a plan gives to the parameters of `BUILD_PARAMS`, all of them. */
export function parameterValues(plan: BuildPlan): ParameterValue[] {
  const { environment, destination, source } = plan;
  const { dockerfile } = environment;
  const generated = dockerfile.kind === "generated" ? withoutPipArguments(dockerfile.text) : "";
  return [
    { name: "git-url", value: source.url },
    { name: "git-commit", value: source.commit },
    { name: "git-ref", value: source.ref },
    { name: "image", value: imageReference(plan) },
    { name: "dockerfile", value: dockerfile.kind === "repository" ? dockerfile.path : "Dockerfile" },
    { name: "dockerfile-base64", value: Buffer.from(generated).toString("base64") },
    { name: "context", value: environment.context },
    { name: "build-arguments", value: buildahArguments(plan) },
    { name: "tls-verify", value: String(!destination.isInsecure) },
  ];
}

/** Where the build pushes to: `repository:tag`. */
export function imageReference({ destination }: BuildPlan): string {
  return `${destination.repository}:${destination.tag}`;
}

/**
 * Our steps mount pip's settings, so that nobody gives these arguments. Declared without a value, each would make buildah
 * miss a registry cache from there on (seen with 1.28: it never looks up the layer of an `ARG`).
 */
function withoutPipArguments(dockerfile: string): string {
  const declarations = new Set<string>(PIP_BUILD_ARGUMENTS.map((name) => `ARG ${name}`));
  return dockerfile
    .split("\n")
    .filter((line) => !declarations.has(line))
    .join("\n");
}
