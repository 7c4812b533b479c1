import type { Container, Pod, PodSpec, Secret } from "kubernetes-types/core/v1.js";
import { keyText } from "../attempt-key.js";
import { notebookEnvFrom, notebookEnvironment } from "./environment.js";
import { podLabels, podOwner } from "./identity.js";
import { NOTEBOOK_CONTAINER, PATHS, SOURCE_CONTAINER } from "./paths.js";
import { validationPodName } from "./pod-name.js";
import { resourceRequirements } from "./quantities.js";
import type { ValidationPodRequest } from "./request.js";
import { containerSecurityContext, podSecurityContext } from "./security-context.js";
import { deadlineSeconds } from "./timeouts.js";
import { fetcherMounts, notebookMounts, podVolumes } from "./volumes.js";

/** The two objects of one attempt. Deterministic: applying them twice changes nothing. */
export interface ValidationObjects {
  readonly pod: Pod;
  /** Holds `key` and `config.json`; mounted only in the init container. Apply it before the pod. */
  readonly attemptSecret: Secret;
}

const FETCHER_COMMAND = ["node", "/app/nbv.js", "fetch-source"] as const;
const FETCHER_RESOURCES = { requests: { cpu: "100m", memory: "64Mi" }, limits: { cpu: "1", memory: "512Mi" } };
/** Key of the attempt's Secret, and so a file of its mount. */
const KNOWN_HOSTS = "known_hosts";
/** Isolated and without `site`: nothing of the user's environment runs inside the runner. */
const RUNNER_COMMAND = ["python3", "-I", "-S", `${PATHS.runner}/main.py`] as const;

/**
 * The pod that validates the notebook once, and the Secret that its init container reads.
 *
 * @throws UserError when the job uses a reserved volume name or mount path.
 */
export function validationPod(request: ValidationPodRequest): ValidationObjects {
  const { job, pod: wanted } = request;
  const name = validationPodName(job.name, request.runId, request.attempt);
  const labels = podLabels(request);
  const owner = podOwner(request);
  const metadata = { name, namespace: job.namespace, ownerReferences: [owner] };
  return {
    attemptSecret: {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { ...metadata, labels },
      type: "Opaque",
      data: {
        key: base64(keyText(request.key)),
        "config.json": base64(JSON.stringify(request.config)),
        ...(request.fetcher.git?.knownHosts && { [KNOWN_HOSTS]: base64(request.fetcher.git.knownHosts) }),
      },
    },
    pod: {
      apiVersion: "v1",
      kind: "Pod",
      metadata: {
        ...metadata,
        labels: {
          ...wanted?.labels,
          ...(wanted?.queueName !== undefined && { "kueue.x-k8s.io/queue-name": wanted.queueName }),
          ...labels,
        },
        ...(wanted?.annotations && { annotations: { ...wanted.annotations } }),
      },
      spec: podSpec(request, name),
    },
  };
}

function podSpec(request: ValidationPodRequest, secretName: string): PodSpec {
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
    initContainers: [fetcher(request)],
    containers: [notebook(request)],
    volumes: podVolumes(request, secretName),
  };
}

function fetcher(request: ValidationPodRequest): Container {
  return {
    name: SOURCE_CONTAINER,
    image: request.fetcher.image,
    command: [...(request.fetcher.command ?? FETCHER_COMMAND)],
    args: [
      ...sourceArguments(request),
      ...["--into", PATHS.source],
      ...["--runner-into", PATHS.runner],
      ...["--attempt", PATHS.attempt],
      ...["--handover-into", PATHS.handover],
    ],
    env: [
      { name: "HOME", value: PATHS.tmp },
      { name: "TMPDIR", value: PATHS.tmp },
      ...(request.fetcher.git?.environment ?? []),
    ],
    resources: resourceRequirements(request.fetcher.resources ?? FETCHER_RESOURCES),
    volumeMounts: fetcherMounts(request),
    securityContext: containerSecurityContext(true),
    terminationMessagePath: PATHS.terminationLog,
    terminationMessagePolicy: "File",
  };
}

function sourceArguments({ source, fetcher }: ValidationPodRequest): string[] {
  if (source.kind === "tree") return ["--tree", PATHS.tree];
  return [
    ...["--url", source.url],
    ...["--commit", source.commit],
    ...(source.ref === undefined ? [] : ["--ref", source.ref]),
    ...(source.credentialsSecret === undefined ? [] : ["--credentials", PATHS.credentials]),
    ...(fetcher.git?.knownHosts ? ["--known-hosts", `${PATHS.attempt}/${KNOWN_HOSTS}`] : []),
    ...(fetcher.git?.allowLoopback ? ["--allow-loopback"] : []),
    ...(fetcher.git?.plainHttpCredentialHosts ?? []).flatMap((host) => ["--allow-plain-http", host]),
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

function base64(text: string): string {
  return Buffer.from(text, "utf8").toString("base64");
}
