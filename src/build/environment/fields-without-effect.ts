import type { EnvironmentPlan, EnvironmentQuestion } from "./environment-plan.js";

type Build = EnvironmentQuestion["build"];

/**
 * Warns of what a job asks of its environment and does not get, because that is made from something else: policies for
 * requirements where no requirements are installed, settings of a Dockerfile where there is none.
 */
export function fieldsWithoutEffect(build: Build, { source }: EnvironmentPlan): string[] {
  switch (source.kind) {
    case "dockerfile":
      return unkeptPolicies(build, `${source.path} decides what is installed, and it isn't checked`);
    case "baseImage":
      return [
        ...unkeptPolicies(build, "nothing is installed, and what the base image holds isn't checked"),
        ...idleDockerfileFields(build, "the base image"),
      ];
    case "requirements":
      return idleDockerfileFields(build, source.path ?? "requirements");
    case "inferred":
      // Of inferred requirements that have to be pinned there is no plan; conflicts are looked for.
      return idleDockerfileFields(build, "the notebook's imports");
    default: {
      const never: never = source.kind;
      throw new Error(`unknown source of an environment ${String(never)}`);
    }
  }
}

function unkeptPolicies({ verifyHashes, allowUnpinned, failOnConflict }: Build, why: string): string[] {
  return [
    ...(verifyHashes === true ? [`verifyHashes has no effect: ${why}.`] : []),
    ...(allowUnpinned ? [] : [`allowUnpinned: false, also the default of level production, has no effect: ${why}.`]),
    ...(failOnConflict === true ? [`failOnConflict has no effect: ${why}.`] : []),
  ];
}

function idleDockerfileFields({ target, buildArgs = {} }: Build, madeFrom: string): string[] {
  const why = `the environment is made from ${madeFrom}, not from a Dockerfile of the repository`;
  const names = Object.keys(buildArgs).sort();
  return [
    ...(target === undefined ? [] : [`target ${target} has no effect: ${why}.`]),
    ...(names.length === 0 ? [] : [`buildArgs ${names.join(", ")} have no effect: ${why}.`]),
  ];
}
