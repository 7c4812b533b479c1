import type { ReasonRow } from "./row.js";

const RETRYABLE_PLATFORM = { errorType: "transient", fault: "platform" } as const;
const USERS_MATTER = { errorType: "permanent", fault: "user" } as const;

/** Reasons of the source stage: getting the commit. */
export const SOURCE_REASONS = {
  GitAuthFailed: {
    ...USERS_MATTER,
    stage: "source",
    message: "The Git server refused the credentials",
    suggestedAction: "Check the Secret of spec.notebook.git.credentialsSecret and the rights of its token or key",
  },
  GitNotFound: {
    ...USERS_MATTER,
    stage: "source",
    message: "The Git repository does not exist, or is private",
    suggestedAction: "Check spec.notebook.git.url; private repositories need spec.notebook.git.credentialsSecret",
  },
  GitRefNotFound: {
    ...USERS_MATTER,
    stage: "source",
    message: "The Git repository has no such branch, tag or commit",
    suggestedAction: "Check spec.notebook.git.ref, and that the commit was pushed",
  },
  GitNetwork: {
    ...RETRYABLE_PLATFORM,
    stage: "source",
    recoveries: ["retry", "wait-for-resolution"],
    waitsFor: "Git",
    message: "The Git server can't be reached",
    suggestedAction: "Check DNS, proxies and network policies between the cluster and the Git server",
  },
  GitUntrusted: {
    ...USERS_MATTER,
    stage: "source",
    message: "The Git server's certificate or host key is not trusted",
    suggestedAction:
      "Add its host key to known_hosts of the credentials, or its CA to network.caBundle of the operator's configuration",
  },
  GitRefused: {
    ...USERS_MATTER,
    stage: "source",
    isInCommit: true,
    message: "The repository's address, name or content is not admitted",
    suggestedAction:
      "Use what the message asks for; git.allowLoopback and git.allowPlainHttpCredentials of the operator's configuration decide about addresses and plain http",
  },
  NotebookNotFound: {
    ...USERS_MATTER,
    stage: "source",
    isInCommit: true,
    message: "The repository has no notebook at that path",
    suggestedAction: "Check spec.notebook.path: relative to the repository root, and committed",
  },
  SourceTooLarge: {
    ...USERS_MATTER,
    stage: "source",
    message: "The repository is larger than a validation may fetch",
    suggestedAction: "Move large files out of the repository, for example to a volume; the limits are fixed",
  },
} as const satisfies Record<string, ReasonRow>;

/** Reasons of the run itself: the notebook, its kernel, its time, its checks, and the runner's own trouble. */
export const RUN_REASONS = {
  NotebookError: {
    ...USERS_MATTER,
    stage: "run",
    message: "A cell raised an error",
    suggestedAction: "Correct the cell; its traceback says where the error came from",
  },
  ModuleMissing: {
    ...USERS_MATTER,
    stage: "run",
    message: "The notebook imports a module that its environment does not have",
    suggestedAction: "Add its package to requirements.txt, or use an image or a Python that has it",
  },
  KernelDied: {
    errorType: "unknown",
    fault: "user",
    stage: "run",
    message: "The kernel died",
    suggestedAction: "Look for native libraries of mismatched versions, and at memory",
  },
  KernelExited: {
    ...USERS_MATTER,
    stage: "run",
    message: "The notebook ended its own kernel",
    suggestedAction: "Raise an error instead of ending the process",
  },
  KernelMissing: {
    ...USERS_MATTER,
    stage: "start",
    message: "The image has no kernel for the notebook",
    suggestedAction: "Install ipykernel in the image, or name an installed kernel in spec.notebook.kernel",
  },
  KernelStartFailed: {
    errorType: "transient",
    fault: "user",
    stage: "start",
    message: "The kernel did not start",
    suggestedAction: "Check that ipykernel imports in the image, and that the node is not overloaded",
  },
  CellTimeout: {
    ...USERS_MATTER,
    stage: "run",
    message: "A cell took longer than it may",
    suggestedAction: "Raise spec.cellTimeout, or make the cell do less",
  },
  ValidationTimeout: {
    ...USERS_MATTER,
    stage: "run",
    message: "The notebook took longer than it may",
    suggestedAction: "Raise spec.validationTimeout, or make the notebook do less",
  },
  TotalTimeout: {
    ...USERS_MATTER,
    stage: "run",
    message: "The run as a whole took longer than it may",
    suggestedAction: "Raise spec.totalTimeout: it covers queueing, building and retries",
  },
  NotebookInvalid: {
    ...USERS_MATTER,
    stage: "run",
    message: "The notebook can't be read",
    suggestedAction: "Open and save it with a current Jupyter; Git LFS pointers and merge conflicts can't be run",
  },
  ChecksFailed: {
    ...USERS_MATTER,
    stage: "check",
    message: "The notebook ran, but checks failed",
    suggestedAction: "Correct what the failed checks name; the report shows each one at its place in the notebook",
  },
  ComparisonFailed: {
    ...USERS_MATTER,
    stage: "check",
    message: "Outputs differ from the golden notebook",
    suggestedAction: "Look at the differences in the report; renew the golden notebook if the change is wanted",
  },
  RunnerBug: {
    errorType: "unknown",
    fault: "platform",
    stage: "finish",
    message: "The runner failed by a mistake of its own",
    suggestedAction: "Report it with the pod's log",
  },
  InvalidRunnerConfig: {
    errorType: "permanent",
    fault: "platform",
    stage: "start",
    message: "The runner can't use the configuration that the operator gave it",
    suggestedAction: "Check that operator and runner are of one version; report it with the pod's log",
  },
  AttemptKeyLost: {
    ...RETRYABLE_PLATFORM,
    stage: "start",
    budget: "platform",
    message: "The operator has no key to authenticate the runner with",
    suggestedAction: "Give operator and fetcherImage one version, and keep the signing key",
  },
  Terminated: {
    errorType: "unknown",
    fault: "platform",
    stage: "run",
    message: "The runner was asked to stop before the notebook's end",
    suggestedAction: "Find out who ended the pod: a drain, an eviction, or a person",
  },
  KernelTampered: {
    ...USERS_MATTER,
    stage: "finish",
    message: "The notebook changed the kernel that judges it",
    suggestedAction: "Remove what replaces IPython's execution or hooks from the notebook",
  },
  VerdictMissing: {
    errorType: "unknown",
    fault: "platform",
    stage: "finish",
    message: "The run left no verdict that can be trusted",
    suggestedAction: "Look at the pod's log; a runner that is killed (memory, storage) can't say how it ended",
  },
  VerdictInconsistent: {
    errorType: "permanent",
    fault: "user",
    stage: "finish",
    message: "The verdict contradicts what was seen of the run",
    suggestedAction: "Check that the notebook doesn't interfere with its kernel or with the runner's process",
  },
} as const satisfies Record<string, ReasonRow>;
