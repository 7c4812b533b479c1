import type { BuildPlan } from "../build-strategy.js";

/** What a plan adds to `buildah build`, each one argument: no shell ever sees them. */
export function buildahArguments({ environment, destination, cache }: BuildPlan): string[] {
  const { dockerfile, buildArgs, labels } = environment;
  const target = dockerfile.kind === "repository" ? dockerfile.target : undefined;
  return [
    ...(target === undefined ? [] : [`--target=${target}`]),
    ...pairs("--build-arg", buildArgs),
    // Our own Dockerfile ends with them; said twice, each would be one more layer.
    ...(dockerfile.kind === "generated" ? [] : pairs("--label", labels)),
    ...(cache?.enabled === true && cache.type === "registry"
      ? [
          `--cache-from=${destination.cacheRepository}`,
          `--cache-to=${destination.cacheRepository}`,
          `--cache-ttl=${cache.ttl}`,
        ]
      : []),
  ];
}

/** Sorted: the same plan gives the same object. */
function pairs(option: string, values: Readonly<Record<string, string>>): string[] {
  return Object.entries(values)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${option}=${name}=${value}`);
}
