// Operator-wide configuration: one ConfigMap, one document.
import { z } from "zod";
import { problemsOf } from "./problem.js";
import {
  dnsLabel,
  duration,
  imageReference,
  integer,
  listOf,
  mapOf,
  object,
  objectName,
  text,
} from "./schema/index.js";
import { UserError } from "./user-error.js";
import { BuildStrategyName } from "./v1alpha1/build.js";
import { Resources } from "./v1alpha1/resources.js";
import { BUILDAH_IMAGE, FETCHER_COMMAND, OPERATOR_IMAGE } from "./version.js";

const count = (least: number) => integer({ min: least, max: 100_000 });

/** Images that are used where a job names none. */
const DefaultImages = object({
  notebook: imageReference()
    .default("quay.io/jupyter/minimal-notebook:2025-03-14")
    .describe("Image that notebooks run on when a job neither names nor builds one."),
  base: imageReference()
    .default("quay.io/jupyter/minimal-notebook:2025-03-14")
    .describe("Image that environments are installed on."),
});

/** How long a state that may still get better is waited for before the attempt ends. */
const Patience = object({
  startupGrace: duration().default("2m").describe("Image pulls, missing Secrets and ConfigMaps, volumes."),
  scheduleTimeout: duration().default("10m").describe("Pods that fit nowhere: autoscaled nodes, Kueue."),
  resolutionTimeout: duration()
    .default("24h")
    .describe(
      "How long a run waits for what others have to bring (a Secret, a node, quota, a registry), without totalTimeout.",
    ),
  kernelStartTimeout: duration().default("2m").describe("From the start of the runner to the first cell."),
  podStartAllowance: duration().default("5m").describe("Added to the notebook's time for the pod's own deadline."),
});

const Timeouts = object({
  validation: duration().default("30m").describe("validationTimeout of jobs that set none."),
  build: duration().default("45m").describe("buildTimeout of jobs that set none."),
  models: duration().default("5m").describe("modelValidation.timeout of jobs that set none."),
});

const Git = object({
  followInterval: duration().default("5m").describe("How often followed branches are asked about."),
  timeout: duration().default("1m").describe("Time for one question to a remote."),
  maxConcurrent: count(1)
    .default(3)
    .describe(
      "Questions at the same time, and half as many about followed branches. Each may take 128 MiB of memory if its server is hostile.",
    ),
  knownHosts: text({ max: 262_144 }).default("").describe("ssh host keys, in the format of known_hosts."),
  allowPlainHttpCredentials: listOf(text({ max: 253, min: 1 }), { max: 64 })
    .default([])
    .describe("Hosts to which credentials may be sent over plain http."),
  allowLoopback: z.boolean().default(false).describe("Allow loopback and link-local addresses: for tests and laptops."),
});

const Concurrency = object({
  validations: count(1).default(20).describe("Validation pods at the same time."),
  validationsPerNamespace: count(1).default(10).describe("Validation pods at the same time in one namespace."),
  builds: count(1).default(5).describe("Builds at the same time."),
  reconciles: count(1).default(8).describe("Jobs looked at at the same time."),
  logStreams: count(0)
    .default(1000)
    .describe("Logs followed live at the same time, one connection each; more are asked for every 10 s."),
});

const StatusWrites = object({
  progressInterval: duration()
    .default("2s")
    .describe("Shortest time between two writes of one job's progress; what matters is written at once."),
});

const Retention = object({
  finishedPodsPerJob: count(0).default(3).describe("Pods of finished attempts that are kept for their logs."),
  finishedPods: duration().default("24h").describe("How long they are kept."),
  finishedBuilds: duration().default("168h").describe("How long finished builds are kept that no job names."),
  unpinnedEnvironments: duration().default("24h").describe("How long an environment with unpinned parts is reused."),
});

const Retry = object({
  jitter: z.boolean().default(true).describe("Draw each delay between zero and the computed one."),
});

const Registry = object({
  host: text({ max: 255 }).default("").describe("Registry for built images; empty = the one inside the cluster."),
  namespace: text({ max: 255 }).default("").describe("Path in it; empty = the job's namespace."),
  insecure: z.boolean().default(false).describe("Talk plain http to it."),
});

/** URLs of package indexes. They stand in pods and builds in clear, and whoever may read these reads them. */
const indexUrl = () =>
  text({
    max: 2048,
    judge: (value) =>
      /\/\/[^/?#\s]*@/.test(value)
        ? "must not hold credentials, which every pod and build would show in clear: use a mirror or a proxy that adds them (a pip.conf from a Secret is not supported)"
        : undefined,
  }).default("");

/** URL of a proxy, which is as visible. No part of it has use for an @ but credentials, also without a scheme before them. */
const proxyUrl = () =>
  text({
    max: 2048,
    judge: (value) =>
      value.includes("@")
        ? "must not hold credentials, which every pod and build would show in clear: use a proxy that lets the cluster's addresses through, or one inside the cluster that adds them"
        : undefined,
  }).default("");

const Network = object({
  httpProxy: proxyUrl().describe("HTTP_PROXY of builds and notebooks; without credentials."),
  httpsProxy: proxyUrl().describe("HTTPS_PROXY of builds and notebooks; without credentials."),
  noProxy: text({ max: 8192 }).default("").describe("NO_PROXY of builds and notebooks."),
  caBundle: text({ max: 1_048_576 }).default("").describe("Certificates to trust besides the system's, as PEM."),
  pipIndexUrl: indexUrl().describe("PIP_INDEX_URL of builds and notebooks; without credentials."),
  pipExtraIndexUrl: indexUrl().describe("PIP_EXTRA_INDEX_URL of builds and notebooks; without credentials."),
  pipTrustedHost: text({ max: 2048 }).default("").describe("PIP_TRUSTED_HOST of builds and notebooks."),
});

const Build = object({
  strategy: BuildStrategyName.exactOptional().describe(
    "Strategy of jobs that name none; absent = the first available.",
  ),
  autoGenerateRequirements: z.boolean().default(true).describe("Search for requirements where a job doesn't say."),
  namespace: dnsLabel().exactOptional().describe("Namespace of all builds; absent = the job's own."),
  builderImage: imageReference().default(BUILDAH_IMAGE).describe("Image with buildah, for builds by Tekton."),
  storageDriver: z
    .enum(["vfs", "overlay"])
    .default("vfs")
    .describe("Where buildah keeps layers: vfs works everywhere, overlay is faster where the nodes allow it."),
  pullSecret: objectName()
    .exactOptional()
    .describe("Secret of type kubernetes.io/dockerconfigjson, in the job's namespace, for base images."),
  pushSecret: objectName().exactOptional().describe("Secret of the same type for the push, of jobs that name none."),
  cacheRepository: text({ max: 512 })
    .default("")
    .describe(
      "Repository for cached layers, to which -<namespace of the job> is added; empty = nbv-cache in the job's path of the registry, with the same added where that path is not the namespace's own.",
    ),
});

const Access = object({
  serviceAccounts: listOf(objectName(), { max: 256 })
    .default([])
    .describe("ServiceAccounts that jobs may name; empty = any of their namespace."),
  secretWatchNamespaces: listOf(dnsLabel(), { max: 256 })
    .default([])
    .describe("Namespaces whose Secrets may be listed and watched, so that derived ones follow at once."),
  derivedSecretNamespaces: listOf(dnsLabel(), { max: 256 })
    .default([])
    .describe(
      "Namespaces in which <secret>-tekton Secrets are made for builds with strategyConfig.gitCredentials: annotated-secret.",
    ),
});

/** Everything that is decided once per cluster and not per job. Every field has a default. */
export const OperatorConfig = object({
  defaultImages: DefaultImages.prefault({}).describe("Images that are used where a job names none."),
  defaultResources: Resources.default({ requests: { cpu: "250m", memory: "512Mi" } }).describe(
    "Compute resources of notebooks that ask for none.",
  ),
  fetcherImage: imageReference()
    .default(OPERATOR_IMAGE)
    .describe("Image of the init container that fetches the source: the operator's own."),
  fetcherCommand: listOf(text({ max: 1024 }), { max: 16 })
    .default([...FETCHER_COMMAND])
    .describe("Its command."),
  podLabels: mapOf(text({ max: 63 }), { max: 64 })
    .default({})
    .describe("Labels of every validation pod."),
  openshift: z.boolean().default(false).describe("Leave user and group ids of pods to OpenShift's SCC."),
  patience: Patience.prefault({}).describe("How long a state that may still get better is waited for."),
  timeouts: Timeouts.prefault({}).describe("Time limits of jobs that set none."),
  git: Git.prefault({}).describe("How remotes are asked."),
  concurrency: Concurrency.prefault({}).describe("What may run at the same time."),
  retention: Retention.prefault({}).describe("What is kept, and how long."),
  retry: Retry.prefault({}).describe("How failed runs are tried again."),
  registry: Registry.prefault({}).describe("Where built images go."),
  network: Network.prefault({}).describe("Proxies, certificates and package indexes."),
  build: Build.prefault({}).describe("How environments are built."),
  access: Access.prefault({}).describe("What jobs and the operator may touch."),
  status: StatusWrites.prefault({}).describe("How a job's state is reported."),
  statusBudgetBytes: integer({ min: 16_384, max: 1_048_576 }).default(262_144).describe("Largest status of a job."),
});
export type OperatorConfig = z.infer<typeof OperatorConfig>;
/** Configuration as people write it: everything may be absent. */
export type OperatorConfigInput = z.input<typeof OperatorConfig>;

/**
 * Reads an operator configuration and fills in the defaults.
 * @throws UserError naming every field that is wrong.
 */
export function parseOperatorConfig(value: unknown = {}): OperatorConfig {
  const result = OperatorConfig.safeParse(value ?? {});
  if (result.success) return result.data;
  const problems = problemsOf(result.error, value, OperatorConfig);
  throw new UserError({
    what: `the operator's configuration has ${problems.length} ${problems.length === 1 ? "mistake" : "mistakes"}`,
    where: problems.map((problem) => `${problem.field}: ${problem.message}`),
  });
}
