import type { Container, Pod, PodSpec } from "kubernetes-types/core/v1.js";
import { ANNOTATION_ATTEMPT_PROOF, FETCHER_COMMAND } from "../../api/index.js";
import { identityText } from "../attempt-key.js";
import { handoverVariables } from "../handover/handover-variables.js";
import { notebookEnvFrom, notebookEnvironment } from "./environment.js";
import { podLabels, podOwner } from "./identity.js";
import { NOTEBOOK_CONTAINER, PATHS, SOURCE_CONTAINER } from "./paths.js";
import { validationPodName } from "./pod-name.js";
import { resourceRequirements } from "./quantities.js";
import type { ImagePodSource, PodSource, ValidationPodRequest } from "./request.js";
import { containerSecurityContext, podSecurityContext } from "./security-context.js";
import { COPY_COMMAND, copyArguments } from "./source-from-image.js";
import { deadlineSeconds } from "./timeouts.js";
import { fetcherMounts, notebookMounts, podVolumes } from "./volumes.js";

const FETCHER_RESOURCES = { requests: { cpu: "100m", memory: "64Mi" }, limits: { cpu: "1", memory: "512Mi" } };
const OWN_PLACES = [
  { name: "HOME", value: PATHS.tmp },
  { name: "TMPDIR", value: PATHS.tmp },
];
/** Option of the init container that names whom the attempt's key is sealed for. */
const SEAL_FOR = "--seal-for";
/** Isolated and without `site`: nothing of the user's environment runs inside the runner. */
const RUNNER_COMMAND = ["python3", "-I", "-S", `${PATHS.runner}/main.py`] as const;

/**
 * The pod that validates the notebook once. Deterministic: making it twice gives the same. It holds no secret: its init
 * container makes the attempt's key and tells it, sealed, in its termination message.
 *
 * @throws UserError when the job uses a reserved volume name or mount path.
 */
export function validationPod(request: ValidationPodRequest): Pod {
  const { job, pod: wanted } = request;
  const name = validationPodName(job.name, request.runId, request.attempt);
  const labels = podLabels(request);
  const owner = podOwner(request);
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name,
      namespace: job.namespace,
      ownerReferences: [owner],
      labels: {
        ...wanted?.labels,
        ...(wanted?.queueName !== undefined && { "kueue.x-k8s.io/queue-name": wanted.queueName }),
        ...labels,
      },
      annotations: { ...wanted?.annotations, [ANNOTATION_ATTEMPT_PROOF]: request.proof },
    },
    spec: podSpec(request),
  };
}

/** Whom the key of a pod's attempt is sealed for; `undefined` when the pod is none of {@link validationPod}. */
export function recipientOf({ spec }: Pick<Pod, "spec">): string | undefined {
  const args = spec?.initContainers?.find(({ name }) => name === SOURCE_CONTAINER)?.args ?? [];
  const at = args.indexOf(SEAL_FOR);
  return at < 0 ? undefined : args[at + 1];
}

function podSpec(request: ValidationPodRequest): PodSpec {
  const { pod } = request;
  return {
    restartPolicy: "Never",
    activeDeadlineSeconds: deadlineSeconds(request),
    serviceAccountName: pod?.serviceAccountName ?? "default",
    automountServiceAccountToken: pod?.automountServiceAccountToken ?? false,
    enableServiceLinks: false,
    securityContext: podSecurityContext(pod?.securityContext, request.assignsUserIds ?? false),
    ...(pod?.nodeSelector && { nodeSelector: { ...pod.nodeSelector } }),
    ...(pod?.affinity && { affinity: pod.affinity }),
    ...(pod?.tolerations && { tolerations: [...pod.tolerations] }),
    ...(pod?.imagePullSecrets && { imagePullSecrets: [...pod.imagePullSecrets] }),
    ...(pod?.priorityClassName !== undefined && { priorityClassName: pod.priorityClassName }),
    ...(pod?.runtimeClassName !== undefined && { runtimeClassName: pod.runtimeClassName }),
    initContainers: [preparer(request)],
    containers: [notebook(request)],
    volumes: podVolumes(request),
  };
}

/** The init container: brings source, runner, configuration and key. */
function preparer(request: ValidationPodRequest): Container {
  const { source, fetcher } = request;
  return {
    name: SOURCE_CONTAINER,
    ...(source.kind === "image" ? copier(request, source) : fetcherOf(request, source)),
    resources: resourceRequirements(fetcher.resources ?? FETCHER_RESOURCES),
    volumeMounts: fetcherMounts(request),
    securityContext: containerSecurityContext(true),
    terminationMessagePath: PATHS.terminationLog,
  };
}

type Program = Pick<Container, "image" | "command" | "args" | "env" | "terminationMessagePolicy">;

function copier(request: ValidationPodRequest, source: ImagePodSource): Program {
  return {
    image: request.image,
    command: [...COPY_COMMAND],
    args: [...copyArguments(source), ...handoverArguments(request)],
    env: [...OWN_PLACES, ...handoverVariables(request.config)],
    // What it can't report itself, the interpreter says: an archive that was changed, a Python that is too old.
    terminationMessagePolicy: "FallbackToLogsOnError",
  };
}

function fetcherOf(request: ValidationPodRequest, source: FetchedSource): Program {
  return {
    image: request.fetcher.image,
    command: [...(request.fetcher.command ?? FETCHER_COMMAND)],
    args: [
      ...sourceArguments(request, source),
      ...["--into", PATHS.source],
      ...goldenArguments(request),
      ...["--runner-into", PATHS.runner],
      ...handoverArguments(request),
    ],
    env: [
      ...OWN_PLACES,
      ...(request.fetcher.git?.environment ?? []),
      ...handoverVariables(request.config, request.fetcher.git),
    ],
    terminationMessagePolicy: "File",
  };
}

function handoverArguments(request: ValidationPodRequest): string[] {
  return [
    ...["--handover-into", PATHS.handover],
    ...[SEAL_FOR, request.sealFor],
    ...["--attempt-identity", identityOf(request)],
    ...["--termination-log", PATHS.terminationLog],
  ];
}

type FetchedSource = Exclude<PodSource, ImagePodSource>;

function sourceArguments({ fetcher, golden }: ValidationPodRequest, source: FetchedSource): string[] {
  if (source.kind === "tree" && golden === undefined) return placeArguments(source);
  return [...placeArguments(source), ...gitArguments(fetcher)];
}

function placeArguments(source: FetchedSource): string[] {
  if (source.kind === "tree") return ["--tree", PATHS.tree];
  return [
    ...["--url", source.url],
    ...["--commit", source.commit],
    ...(source.ref === undefined ? [] : ["--ref", source.ref]),
    ...(source.credentialsSecret === undefined ? [] : ["--credentials", PATHS.credentials]),
  ];
}

/** Rules that hold for every repository. */
function gitArguments(fetcher: ValidationPodRequest["fetcher"]): string[] {
  return [
    ...(fetcher.git?.allowLoopback ? ["--allow-loopback"] : []),
    ...(fetcher.git?.plainHttpCredentialHosts ?? []).flatMap((host) => ["--allow-plain-http", host]),
  ];
}

function goldenArguments({ golden }: ValidationPodRequest): string[] {
  if (golden === undefined) return [];
  return [
    ...["--golden-url", golden.url],
    ...["--golden-commit", golden.commit],
    ...(golden.ref === undefined ? [] : ["--golden-ref", golden.ref]),
    ...(golden.credentialsSecret === undefined ? [] : ["--golden-credentials", PATHS.goldenCredentials]),
    ...["--golden-into", PATHS.golden],
  ];
}

function notebook(request: ValidationPodRequest): Container {
  const { pod } = request;
  const envFrom = notebookEnvFrom(pod);
  return {
    name: NOTEBOOK_CONTAINER,
    image: request.image,
    command: [...RUNNER_COMMAND],
    args: [
      ...["--handover", PATHS.handover],
      ...["--source", PATHS.source],
      ...(request.golden === undefined ? [] : ["--golden", PATHS.golden]),
      ...["--artifacts", artifactsDirectory(request)],
      ...["--termination-log", PATHS.terminationLog],
    ],
    env: notebookEnvironment(pod),
    ...(envFrom.length > 0 && { envFrom }),
    ...(pod?.resources && { resources: resourceRequirements(pod.resources) }),
    volumeMounts: notebookMounts(request),
    securityContext: containerSecurityContext(pod?.readOnlyRootFilesystem ?? request.isBuiltImage ?? false),
    terminationMessagePath: PATHS.terminationLog,
    // Never FallbackToLogsOnError: the message is a signed verdict or nothing.
    terminationMessagePolicy: "File",
  };
}

/** A claim outlives the pod and is shared, so each attempt gets a directory of its own in it. */
function artifactsDirectory({ artifactsClaim, job, runId, attempt }: ValidationPodRequest): string {
  if (artifactsClaim === undefined) return PATHS.artifacts;
  return `${PATHS.artifacts}/${job.name}/${validationPodName(job.name, runId, attempt)}`;
}

function identityOf({ job, runId, attempt }: ValidationPodRequest): string {
  return identityText({ namespace: job.namespace, jobUid: job.uid, runId, attempt });
}
