import { buildMetadata } from "../build-metadata.js";
import type { BuildObject, BuildPlan } from "../build-strategy.js";
import { OWN_TIME_LIMIT_HOURS } from "../own-time-limit.js";
import { quantityTexts } from "../quantity-texts.js";
import { imageReference } from "../tekton/parameter-values.js";
import { BUILDER_IMAGE } from "./s2i-settings.js";

/** pip's settings, which generated Dockerfiles take as build arguments and builder images as variables. */
const PIP_VARIABLE = /^PIP_/;

/** A Build of its own, without a BuildConfig: nothing else starts it, and its name is the one that we gave it. */
export function openshiftBuild(plan: BuildPlan): BuildObject {
  const { destination, environment, pod } = plan;
  return {
    apiVersion: "build.openshift.io/v1",
    kind: "Build",
    metadata: buildMetadata(plan, "s2i"),
    spec: {
      ...source(plan),
      strategy: strategy(plan),
      output: {
        to: { kind: "DockerImage", name: imageReference(plan) },
        ...(destination.pushSecret !== undefined && { pushSecret: { name: destination.pushSecret } }),
        imageLabels: pairs(environment.labels),
      },
      mountTrustedCA: true,
      completionDeadlineSeconds: OWN_TIME_LIMIT_HOURS * 3600,
      ...(pod.resources !== undefined && { resources: quantityTexts(pod.resources) }),
      ...(pod.nodeSelector !== undefined && { nodeSelector: { ...pod.nodeSelector } }),
      ...(pod.serviceAccountName !== undefined && { serviceAccount: pod.serviceAccountName }),
    },
  };
}

/** The commit, and the generated Dockerfile in place of whatever is there. A build that copies nothing needs no Git. */
function source({ source: from, environment, settings, strategyConfig }: BuildPlan): object {
  const { dockerfile } = environment;
  const inline =
    dockerfile.kind === "generated" && strategyConfig[BUILDER_IMAGE] === undefined
      ? { dockerfile: dockerfile.text }
      : undefined;
  if (inline !== undefined && environment.copies.length === 0 && !environment.includesSource) {
    return { source: { type: "Dockerfile", ...inline } };
  }
  const proxies = {
    httpProxy: settings.environment["HTTP_PROXY"],
    httpsProxy: settings.environment["HTTPS_PROXY"],
    noProxy: settings.environment["NO_PROXY"],
  };
  return {
    source: {
      type: "Git",
      git: {
        uri: from.url,
        ref: from.commit,
        ...Object.fromEntries(Object.entries(proxies).filter(([, value]) => value)),
      },
      ...(environment.context !== "." && { contextDir: environment.context }),
      ...(from.credentialsSecret !== undefined && { sourceSecret: { name: from.credentialsSecret } }),
      ...inline,
    },
    revision: { type: "Git", git: { commit: from.commit } },
  };
}

function strategy({ environment, settings, pullSecret, cache, strategyConfig }: BuildPlan): object {
  const pip = Object.fromEntries(Object.entries(settings.environment).filter(([name]) => PIP_VARIABLE.test(name)));
  const pull = pullSecret === undefined ? {} : { pullSecret: { name: pullSecret } };
  const builder = strategyConfig[BUILDER_IMAGE];
  if (builder !== undefined) {
    const sourceStrategy = {
      from: { kind: "DockerImage", name: builder },
      env: pairs({ ...pip, ...environment.buildArgs }),
      incremental: cache?.enabled === true,
      ...pull,
    };
    return { type: "Source", sourceStrategy };
  }
  const { dockerfile } = environment;
  const dockerStrategy = {
    ...(dockerfile.kind === "repository" && { dockerfilePath: pathFrom(environment.context, dockerfile.path) }),
    // A Dockerfile of the repository would warn about arguments that it does not know.
    buildArgs: pairs(dockerfile.kind === "generated" ? { ...pip, ...environment.buildArgs } : environment.buildArgs),
    noCache: cache?.enabled !== true,
    ...pull,
  };
  return { type: "Docker", dockerStrategy };
}

/** A path of the repository, as seen from a directory of it. */
export function pathFrom(directory: string, path: string): string {
  const from = directory.split("/").filter((part) => part !== "." && part !== "");
  const to = path.split("/");
  let common = 0;
  while (common < from.length && common < to.length - 1 && from[common] === to[common]) common += 1;
  return [...from.slice(common).map(() => ".."), ...to.slice(common)].join("/");
}

/** Sorted: the same plan gives the same object. */
function pairs(values: Readonly<Record<string, string>>): { name: string; value: string }[] {
  return Object.entries(values)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => ({ name, value }));
}
