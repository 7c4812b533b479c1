import { type EffectiveSpec, ENVIRONMENT_TAG, type OperatorConfig } from "../../api/index.js";
import { isRegistryHost, isRegistryPath } from "./image-reference.js";

/** Where a built image goes. */
export interface ImageDestination {
  /** `host[:port]/path`, without a tag. */
  readonly repository: string;
  /** Tag of the build's push: the first 12 digits of the environment digest. */
  readonly tag: string;
  /** Tag that moves to the image once the notebook passed (`imageTag`); absent = none was asked for. */
  readonly publishTag?: string;
  /** Secret of the job's namespace for the push. */
  readonly pushSecret?: string;
  /** Whether the registry may speak plain http. */
  readonly isInsecure: boolean;
  /** Repository for cached layers, without a tag. One for each namespace: who writes layers decides what others' images hold. */
  readonly cacheRepository: string;
}

/** OpenShift's own registry, as pods of the cluster reach it. */
export const OPENSHIFT_REGISTRY = "image-registry.openshift-image-registry.svc:5000";
/** Repository of environments that have no name of their own, in the job's path of the registry. */
export const ENVIRONMENTS_REPOSITORY = "nbv-environments";
/** Repository of cached layers, beside it. */
export const CACHE_REPOSITORY = "nbv-cache";

/** Digits of the environment digest that its tag has. */
const TAG_DIGITS = 12;

export interface DestinationQuestion {
  readonly build: NonNullable<EffectiveSpec["build"]>;
  /** Of the job. */
  readonly namespace: string;
  /** `sha256:` and 64 hex digits. */
  readonly environmentDigest: string;
  readonly config: Pick<OperatorConfig, "registry" | "build" | "openshift">;
}

/** The answer to a {@link DestinationQuestion}. */
export type DestinationAnswer =
  | {
      readonly kind: "planned";
      readonly destination: ImageDestination;
      /** What was asked for and is not done, one sentence each. */
      readonly warnings: readonly string[];
    }
  | {
      readonly kind: "refused";
      /** One sentence for people. */
      readonly message: string;
      /** What mends it. */
      readonly fix: string;
    };

/** Where a job's image goes, as its spec and the operator's configuration say. */
export function planDestination(question: DestinationQuestion): DestinationAnswer {
  const { build, namespace, environmentDigest, config } = question;
  const isShared = build.publishToRegistry;
  const own = config.registry.host !== "" ? config.registry.host : config.openshift ? OPENSHIFT_REGISTRY : undefined;
  const host = (isShared ? build.registry : undefined) ?? own;
  if (host === undefined) {
    return {
      kind: "refused",
      message: "there is no registry that the image could be pushed to",
      fix: "set registry.host in the operator's configuration, or publishToRegistry and registry in buildConfig",
    };
  }
  const folder = (isShared ? build.registryNamespace : undefined) ?? (config.registry.namespace || namespace);
  const path = `${folder}/${build.imageName ?? ENVIRONMENTS_REPOSITORY}`;
  const problem = placeProblem(host, path);
  if (problem !== undefined) return { kind: "refused", ...problem };
  const tag = environmentTag(environmentDigest);
  // The spec's own rule says so before; what is published must not hang on it.
  if (build.imageTag !== undefined && build.imageTag !== tag && ENVIRONMENT_TAG.test(build.imageTag)) {
    return {
      kind: "refused",
      message: `the tag ${build.imageTag} looks like that of an environment, which is reused by its name`,
      fix: "choose an imageTag that is not 12 hex digits",
    };
  }
  const pushSecret = build.pushSecret ?? config.build.pushSecret;
  return {
    kind: "planned",
    destination: {
      repository: `${host}/${path}`,
      tag,
      ...(build.imageTag !== undefined && build.imageTag !== tag && { publishTag: build.imageTag }),
      ...(pushSecret !== undefined && { pushSecret }),
      isInsecure: isInsecureRegistry(host, config),
      cacheRepository: cacheRepositoryOf(question, host, folder),
    },
    warnings: warningsAbout(build),
  };
}

/** The name of the namespace is part of the last name, not a part of its own: some registries know two parts only. */
function cacheRepositoryOf({ config, namespace }: DestinationQuestion, host: string, folder: string): string {
  if (config.build.cacheRepository !== "") return `${config.build.cacheRepository}-${namespace}`;
  const isOwn = folder === namespace;
  return `${host}/${folder}/${CACHE_REPOSITORY}${isOwn ? "" : `-${namespace}`}`;
}

/** Whether a registry may speak plain http: only the operator's own, and only when its configuration says so. */
export function isInsecureRegistry(host: string, { registry }: Pick<OperatorConfig, "registry">): boolean {
  return registry.insecure && host === registry.host;
}

/** Tag of an environment: the first 12 digits of its digest. */
export function environmentTag(environmentDigest: string): string {
  return environmentDigest.slice(environmentDigest.indexOf(":") + 1).slice(0, TAG_DIGITS);
}

function placeProblem(host: string, path: string): { message: string; fix: string } | undefined {
  if (!isRegistryHost(host)) {
    return {
      message: `${JSON.stringify(host)} is no host of a registry`,
      fix: "write the host alone, with a port if need be: quay.io, registry.example.com:5000",
    };
  }
  if (!isRegistryPath(path)) {
    return {
      message: `${JSON.stringify(path)} is no path in a registry`,
      fix: "use lower-case letters, digits and the separators . _ - / in imageName and registryNamespace",
    };
  }
  // An image could be pushed there under the name of a layer, which the next build would take for one.
  if (path.split("/").some((part) => part === CACHE_REPOSITORY || part.startsWith(`${CACHE_REPOSITORY}-`))) {
    return {
      message: `${JSON.stringify(path)} is where cached layers are`,
      fix: `choose an imageName that does not begin with ${CACHE_REPOSITORY}`,
    };
  }
  // Two parts, an image stream in a project: it has nothing else.
  if (host === OPENSHIFT_REGISTRY && path.split("/").length !== 2) {
    return {
      message: `OpenShift's registry has no place for ${path}: it knows project/name only`,
      fix: "write imageName and registryNamespace without a slash",
    };
  }
  return undefined;
}

function warningsAbout(build: DestinationQuestion["build"]): string[] {
  if (build.publishToRegistry) return [];
  return (["registry", "registryNamespace"] as const)
    .filter((field) => build[field] !== undefined)
    .map(
      (field) =>
        `buildConfig.${field} has no effect without publishToRegistry: the image stays in the cluster's registry`,
    );
}
