import type { BuildPlan } from "../build-strategy.js";
import { extraParameters, PARAMETER_PREFIX } from "../job-parameters.js";
import { buildahArguments } from "./buildah-arguments.js";

/**
 * What of a plan holds `$(`. Tekton and the kubelet replace what looks like a variable of theirs, and Tekton knows no
 * way to write it literally.
 */
export function tektonVariables(plan: BuildPlan): string[] {
  const { dockerfile, context } = plan.environment;
  const texts: [string, string][] = [
    ["the repository's URL", plan.source.url],
    ["the ref", plan.source.ref],
    ["the path of the Dockerfile", dockerfile.kind === "repository" ? dockerfile.path : ""],
    ["the build context", context],
    ...buildahArguments(plan).map((argument): [string, string] => [
      `the build argument ${/^--build-arg=([^=]*)=/.exec(argument)?.[1] ?? argument.slice(0, 40)}`,
      argument,
    ]),
    ...extraParameters(plan.strategyConfig).map(({ name, value }): [string, string] => [
      `strategyConfig.${PARAMETER_PREFIX}${name}`,
      String(value),
    ]),
  ];
  return texts.filter(([, text]) => text.includes("$(")).map(([what]) => what);
}
