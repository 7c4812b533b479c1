import type { BuildStrategyName, OperatorConfig } from "../../../api/index.js";
import {
  type BuildPlan,
  type BuildSettings,
  buildName,
  type EnvironmentPlan,
  type FlightIdentity,
  flightDigest,
  flightKey,
  type ImageDestination,
} from "../../../build/index.js";
import { networkVariables } from "../../network-variables.js";
import type { Settings } from "../observation.js";
import type { ValidTurn } from "../turn.js";

/** What a build of a job is made from. */
export interface BuildRequest {
  readonly environment: EnvironmentPlan;
  readonly destination: ImageDestination;
  readonly strategy: BuildStrategyName;
}

/** As much of a job's turn as decides about its build. */
export type PlannedJob = Pick<ValidTurn, "metadata" | "spec" | "effective" | "status"> & {
  readonly seen: { readonly settings: Pick<Settings, "config"> };
};

/** Label of nodes that tells their architecture (https://kubernetes.io/docs/reference/labels-annotations-taints). */
const ARCHITECTURE_LABEL = "kubernetes.io/arch";
const CACHE_TTL = "168h";

/** Namespace of a job's builds. */
export function buildNamespace({ metadata, seen }: Pick<PlannedJob, "metadata" | "seen">): string {
  return seen.settings.config.build.namespace ?? metadata.namespace ?? "";
}

/** One build of the job's flight, on behalf of the job. @param number within the flight, from 1 */
export function buildPlan(turn: PlannedJob, request: BuildRequest, number: number): BuildPlan {
  const { metadata, spec, effective, status } = turn;
  const { config } = turn.seen.settings;
  const { environment, destination, strategy } = request;
  const namespace = buildNamespace(turn);
  const { url, ref, credentialsSecret } = spec.notebook.git;
  const { strategyConfig = {}, serviceAccountName, resources, tolerations, storage, cache } = effective.build ?? {};
  const { pullSecret } = config.build;
  const nodeSelector = nodeSelectorOf(turn);
  const architecture = nodeSelector?.[ARCHITECTURE_LABEL];
  const identity: FlightIdentity = {
    namespace: metadata.namespace ?? "",
    environmentDigest: environment.digest,
    repository: destination.repository,
    strategy,
    ...(Object.keys(strategyConfig).length > 0 && { strategyConfig }),
    ...(pullSecret !== undefined && { pullSecret }),
    ...(destination.pushSecret !== undefined && { pushSecret: destination.pushSecret }),
    ...(serviceAccountName !== undefined && { serviceAccountName }),
    ...(architecture !== undefined && { architecture }),
  };
  const key = flightKey(identity);
  return {
    name: buildName(key, number),
    namespace,
    number,
    key,
    flight: flightDigest(identity),
    ...(namespace === metadata.namespace && { owner: { name: metadata.name, uid: metadata.uid ?? "" } }),
    source: {
      url,
      ref,
      commit: status.source?.commit ?? "",
      ...(credentialsSecret !== undefined && { credentialsSecret }),
    },
    environment,
    destination,
    ...(pullSecret !== undefined && { pullSecret }),
    ...(cache?.enabled === true && {
      cache: { enabled: true, type: cache.type ?? "registry", ttl: cache.ttl ?? CACHE_TTL },
    }),
    pod: {
      ...(resources !== undefined && { resources }),
      ...(serviceAccountName !== undefined && { serviceAccountName }),
      ...(nodeSelector !== undefined && { nodeSelector }),
      ...(tolerations !== undefined && { tolerations }),
      ...(storage !== undefined && { storage: String(storage) }),
    },
    settings: buildSettings(config),
    strategyConfig,
  };
}

/** An image runs only on the architecture that it was built on: where the notebook must go, its build goes, too. */
function nodeSelectorOf({
  effective,
  spec,
}: Pick<PlannedJob, "effective" | "spec">): Readonly<Record<string, string>> | undefined {
  const own = effective.build?.nodeSelector;
  const architecture = spec.podConfig?.nodeSelector?.[ARCHITECTURE_LABEL];
  return architecture === undefined ? own : { [ARCHITECTURE_LABEL]: architecture, ...own };
}

function buildSettings(config: OperatorConfig): BuildSettings {
  const { network, git, build, registry } = config;
  return {
    fetcherImage: config.fetcherImage,
    fetcherCommand: config.fetcherCommand,
    builderImage: build.builderImage,
    storageDriver: build.storageDriver,
    environment: Object.fromEntries(networkVariables(config).map(({ name, value }) => [name, value])),
    caBundle: network.caBundle,
    knownHosts: git.knownHosts,
    ...(registry.insecure && registry.host !== "" && { plainHttpRegistry: registry.host }),
    allowLoopback: git.allowLoopback,
    plainHttpCredentialHosts: git.allowPlainHttpCredentials,
  };
}
