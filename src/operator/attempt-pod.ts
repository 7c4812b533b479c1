import type { Pod } from "kubernetes-types/core/v1.js";
import {
  type EffectiveSpec,
  type GitSource,
  type NotebookValidationJobSpec,
  type OperatorConfig,
  parseDuration,
} from "../api/index.js";
import {
  type FetcherGit,
  type GitPodSource,
  type PodSettings,
  type PodSource,
  type RunnerArchive,
  runnerConfig,
  secretVariables,
  validationPod,
} from "../validation/index.js";
import type { AttemptPlan } from "./decide/decision.js";
import { networkVariables, proxyVariables } from "./network-variables.js";

/** What the pod of one attempt is made from. */
export interface AttemptRequest {
  readonly job: { readonly name: string; readonly namespace: string; readonly uid: string };
  readonly spec: NotebookValidationJobSpec;
  readonly effective: EffectiveSpec;
  readonly plan: AttemptPlan;
  /** From {@link SigningKey.publicKey}. */
  readonly sealFor: string;
  /** From {@link SigningKey.proofOf}. */
  readonly proof: string;
  /** Names of the keys of the Secrets that become variables, by Secret; values are never read into here. */
  readonly secretKeys: Readonly<Record<string, readonly string[]>>;
  readonly config: OperatorConfig;
  /** @default config's */
  readonly fetcher?:
    | { readonly image?: string | undefined; readonly command?: readonly string[] | undefined }
    | undefined;
  readonly localTree?: string | undefined;
  /** The runner, for a pod whose source is in its image. */
  readonly runner?: RunnerArchive | undefined;
}

/** The pod of one attempt. @throws UserError when the job uses a reserved name or path */
export function attemptPod(request: AttemptRequest): Pod {
  const { job, spec, effective, plan, sealFor, proof, config, fetcher } = request;
  const pod = podSettings(spec, effective, plan, config);
  const attempt = { job, runId: plan.runId, attempt: plan.number };
  return validationPod({
    ...attempt,
    source: podSource(request),
    ...goldenSource(request),
    image: plan.image,
    pod,
    ...(spec.artifacts?.claimName !== undefined && { artifactsClaim: spec.artifacts.claimName }),
    fetcher: {
      image: fetcher?.image ?? config.fetcherImage,
      command: [...(fetcher?.command ?? config.fetcherCommand)],
      git: fetcherGit(config),
    },
    assignsUserIds: config.openshift,
    startupAllowanceSeconds: parseDuration(config.patience.podStartAllowance) / 1000,
    sealFor,
    proof,
    config: runnerConfig({
      ...attempt,
      commit: plan.commit,
      image: plan.image,
      notebook: spec.notebook,
      validationTimeoutMs: effective.timeouts.validationMs,
      cellTimeoutMs: effective.timeouts.cellMs,
      kernelStartTimeoutMs: parseDuration(config.patience.kernelStartTimeout),
      validationConfig: spec.validationConfig,
      golden: spec.goldenNotebook && {
        path: spec.goldenNotebook.path,
        isSameSource: spec.goldenNotebook.git === undefined,
      },
      comparisonConfig: spec.comparisonConfig,
      storeOutputs: effective.storeOutputs,
      secretEnv: secretVariables(pod, request.secretKeys),
    }),
  });
}

/** Names of the Secrets whose keys all become variables of the notebook. */
export function variableSecrets(spec: NotebookValidationJobSpec): string[] {
  const { envFrom = [], credentials = [] } = spec.podConfig ?? {};
  const names = [...envFrom.flatMap(({ secretRef }) => secretRef?.name ?? []), ...credentials];
  return [...new Set(names)];
}

function podSource({ spec, plan, localTree, runner }: AttemptRequest): PodSource {
  if (localTree !== undefined) return { kind: "tree", path: localTree };
  if (runner !== undefined && plan.sourceDirectory !== undefined) {
    return { kind: "image", path: plan.sourceDirectory, notebook: spec.notebook.path, runner };
  }
  return gitSource(spec.notebook.git, plan.commit);
}

/** The golden notebook's own repository, if it has one. */
function goldenSource({ spec, plan }: AttemptRequest): { golden?: GitPodSource } {
  const git = spec.goldenNotebook?.git;
  return git === undefined || plan.goldenCommit === undefined ? {} : { golden: gitSource(git, plan.goldenCommit) };
}

function gitSource({ url, ref, credentialsSecret }: GitSource, commit: string): GitPodSource {
  return { kind: "git", url, ref, commit, ...(credentialsSecret !== undefined && { credentialsSecret }) };
}

function podSettings(
  spec: NotebookValidationJobSpec,
  effective: EffectiveSpec,
  plan: AttemptPlan,
  config: OperatorConfig,
): PodSettings {
  const { buildConfig: _build, containerImage: _image, env = [], labels, ...settings } = spec.podConfig ?? {};
  const named = new Set(env.map(({ name }) => name));
  return {
    // The contract's schemas and the core types describe the same JSON.
    ...(settings as PodSettings),
    resources: plan.resources ?? effective.resources,
    serviceAccountName: effective.serviceAccountName,
    labels: { ...config.podLabels, ...labels },
    env: [...networkVariables(config).filter(({ name }) => !named.has(name)), ...env],
  };
}

/** The fetch follows the same rules as the resolution before it. */
function fetcherGit(config: OperatorConfig): FetcherGit {
  const { knownHosts, allowLoopback, allowPlainHttpCredentials } = config.git;
  return {
    knownHosts,
    caBundle: config.network.caBundle,
    allowLoopback,
    plainHttpCredentialHosts: allowPlainHttpCredentials,
    environment: proxyVariables(config),
  };
}
