import { buildMetadata } from "../build-metadata.js";
import type { BuildObject, BuildPlan } from "../build-strategy.js";
import { OWN_TIME_LIMIT_HOURS } from "../own-time-limit.js";
import { quantityTexts } from "../quantity-texts.js";
import { cacheSecretOf } from "../tekton/cache-secret.js";
import { imageReference, type ParameterValue, parameterValues } from "../tekton/parameter-values.js";
import type { ForeignStrategy } from "./foreign-strategy.js";
import { BUILD_STEP, GIT_CREDENTIALS_PATH, SECRET_VOLUMES, SHIPWRIGHT_PARAMS } from "./shipwright-steps.js";

/** The run of our own strategy: it fetches by itself, so that Shipwright's Git has no part in it. */
export function ownBuildRun(plan: BuildPlan, strategy: string): BuildObject {
  const known = new Set(SHIPWRIGHT_PARAMS.map(({ name }) => name));
  const secrets = [plan.source.credentialsSecret, cacheSecretOf(plan)];
  const volumes = SECRET_VOLUMES.flatMap((name, index) => {
    const secretName = secrets[index];
    return secretName === undefined ? [] : [{ name, secret: { secretName } }];
  });
  return buildRun(plan, {
    strategy: {
      name: strategy,
      kind: "BuildStrategy",
      ...(plan.pod.resources !== undefined && {
        stepResources: [{ name: BUILD_STEP, resources: quantityTexts(plan.pod.resources) }],
      }),
    },
    paramValues: paramValues([
      ...parameterValues(plan).filter(({ name }) => known.has(name)),
      {
        name: GIT_CREDENTIALS_PATH,
        value: plan.source.credentialsSecret === undefined ? "" : `/nbv/workspaces/${SECRET_VOLUMES[0]}`,
      },
    ]),
    ...(volumes.length > 0 && { volumes }),
  });
}

/** The run of somebody else's strategy, which Shipwright fetches the commit for. */
export function foreignBuildRun(plan: BuildPlan, { name, kind, parameters }: ForeignStrategy): BuildObject {
  const { source, environment } = plan;
  return buildRun(plan, {
    source: {
      type: "Git",
      git: {
        url: source.url,
        revision: source.commit,
        ...(source.credentialsSecret !== undefined && { cloneSecret: source.credentialsSecret }),
      },
      ...(environment.context !== "." && { contextDir: environment.context }),
    },
    strategy: { name, kind },
    paramValues: paramValues(parameters),
  });
}

function buildRun(plan: BuildPlan, how: object): BuildObject {
  const { environment, destination, pod } = plan;
  return {
    apiVersion: "shipwright.io/v1beta1",
    kind: "BuildRun",
    metadata: buildMetadata(plan, "shipwright"),
    spec: {
      build: {
        spec: {
          ...how,
          output: {
            image: imageReference(plan),
            ...(destination.pushSecret !== undefined && { pushSecret: destination.pushSecret }),
            ...(destination.isInsecure && { insecure: true }),
            labels: { ...environment.labels },
          },
          ...(pod.nodeSelector !== undefined && { nodeSelector: { ...pod.nodeSelector } }),
          ...(pod.tolerations !== undefined && { tolerations: [...pod.tolerations] }),
          timeout: `${OWN_TIME_LIMIT_HOURS}h`,
        },
      },
      ...(pod.serviceAccountName !== undefined && { serviceAccount: pod.serviceAccountName }),
    },
  };
}

/** Shipwright refuses empty lists and empty entries of lists: a default says the same. */
function paramValues(parameters: readonly ParameterValue[]): object[] {
  return parameters.flatMap(({ name, value }): object[] => {
    if (typeof value === "string") return [{ name, value }];
    return value.length === 0 ? [] : [{ name, values: value.map((entry) => ({ value: entry })) }];
  });
}
