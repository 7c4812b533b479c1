import { type FetcherTrust, fetcherTrustVariables } from "../../../api/index.js";
import type { LayerClaim } from "./layer-claim.js";
import { BUILD_SCRIPT, DOCKERFILE_SCRIPT, PUSH_SCRIPT } from "./step-scripts.js";

/** CPU and memory of the build step, as Kubernetes quantities. */
export interface StepResources {
  readonly requests?: Readonly<Record<string, string>>;
  readonly limits?: Readonly<Record<string, string>>;
}

/** What a build step may use when nobody says. */
export const DEFAULT_BUILD_RESOURCES: StepResources = {
  requests: { cpu: "500m", memory: "1Gi" },
  limits: { memory: "4Gi" },
};

/** Scratch space of each of the build's volumes when nobody says; no more is written than is needed. */
export const DEFAULT_SCRATCH_SPACE = "20Gi";

/** What differs between clusters. */
export interface BuildStepsOptions {
  readonly fetcherImage: string;
  readonly fetcherCommand: readonly string[];
  /** Options of the fetch beyond the parameters: rules that hold for every repository. */
  readonly fetcherArguments: readonly string[];
  readonly builderImage: string;
  readonly storageDriver: "vfs" | "overlay";
  readonly resources: StepResources;
  /** Proxies and pip's index settings. */
  readonly environment: Readonly<Record<string, string>>;
  readonly trust: FetcherTrust;
  /** Host of the one registry that speaks plain http. @default the parameter `tls-verify` speaks for all of them */
  readonly plainHttpRegistry?: string;
  /** Keeps layers between builds. @default they go with the pod */
  readonly layerClaim?: LayerClaim;
}

/** One step of a Tekton Task, as far as we set it. */
export interface Step {
  readonly name: string;
  readonly image: string;
  readonly command?: string[];
  readonly args?: string[];
  readonly script?: string;
  readonly env: { readonly name: string; readonly value: string }[];
  readonly computeResources?: StepResources;
  readonly securityContext?: {
    readonly allowPrivilegeEscalation?: boolean;
    readonly capabilities?: { readonly drop: string[] };
    readonly runAsNonRoot?: boolean;
    readonly runAsUser?: number;
    readonly seccompProfile?: { readonly type: string };
  };
  readonly volumeMounts?: { readonly name: string; readonly mountPath: string; readonly readOnly?: boolean }[];
  readonly workspaces?: { readonly name: string; readonly mountPath: string }[];
}

const source = { name: "source", mountPath: "/nbv/source" };
const work = { name: "work", mountPath: "/nbv/work" };
const layers = { name: "layers", mountPath: "/var/lib/containers" };

/** What all steps have in common. */
export const STEP_TEMPLATE = { env: [{ name: "HOME", value: "/nbv/work" }] };

const UNPRIVILEGED = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ["ALL"] },
  runAsNonRoot: true,
  runAsUser: 65532,
  seccompProfile: { type: "RuntimeDefault" },
};
// buildah's chroot isolation needs root in the container, default capabilities and user namespaces, which the
// runtime's default seccomp profile forbids. Pod Security *baseline* admits a container that names no profile.
const ROOT = { runAsNonRoot: false, runAsUser: 0 };

/** fetch → dockerfile → build → push. */
export function buildSteps(options: BuildStepsOptions): Step[] {
  const buildahEnv = [
    { name: "BUILDAH_ISOLATION", value: "chroot" },
    { name: "STORAGE_DRIVER", value: options.storageDriver },
    ...registryVariables(options.plainHttpRegistry),
    ...variables(options.environment),
    ...authorities(options.trust),
    ...layerVariables(options.layerClaim),
  ];
  return [
    {
      name: "fetch",
      image: options.fetcherImage,
      command: [...options.fetcherCommand],
      args: [
        "--url=$(params.git-url)",
        "--commit=$(params.git-commit)",
        "--ref=$(params.git-ref)",
        "--credentials=/nbv/workspaces/git-credentials",
        "--into=/nbv/source",
        "--termination-log=/nbv/work/fetch-report.json",
        ...options.fetcherArguments,
      ],
      env: [...variables(proxies(options.environment)), ...fetcherTrustVariables(options.trust)],
      securityContext: UNPRIVILEGED,
      volumeMounts: [source, work],
      workspaces: [{ name: "git-credentials", mountPath: "/nbv/workspaces/git-credentials" }],
    },
    {
      name: "dockerfile",
      image: options.fetcherImage,
      env: [
        { name: "DOCKERFILE_BASE64", value: "$(params.dockerfile-base64)" },
        { name: "DOCKERFILE", value: "$(params.dockerfile)" },
        { name: "CONTEXT", value: "$(params.context)" },
      ],
      script: DOCKERFILE_SCRIPT,
      securityContext: UNPRIVILEGED,
      volumeMounts: [{ ...source, readOnly: true }, work],
    },
    {
      name: "build",
      image: options.builderImage,
      env: [
        ...buildahEnv,
        { name: "CONTEXT", value: "$(params.context)" },
        { name: "CREDENTIALS", value: "/nbv/workspaces/pull-credentials" },
      ],
      script: BUILD_SCRIPT,
      args: ["$(params.build-arguments[*])"],
      computeResources: options.resources,
      securityContext: ROOT,
      volumeMounts: [source, work, layers],
      workspaces: [{ name: "pull-credentials", mountPath: "/nbv/workspaces/pull-credentials" }],
    },
    {
      name: "push",
      image: options.builderImage,
      env: [
        ...buildahEnv,
        { name: "IMAGE", value: "$(params.image)" },
        { name: "GIT_URL", value: "$(params.git-url)" },
        { name: "GIT_COMMIT", value: "$(params.git-commit)" },
        { name: "CREDENTIALS", value: "/nbv/workspaces/push-credentials" },
      ],
      script: PUSH_SCRIPT,
      securityContext: ROOT,
      volumeMounts: [work, layers],
      workspaces: [{ name: "push-credentials", mountPath: "/nbv/workspaces/push-credentials" }],
    },
  ];
}

/** A volume of the build's pod. */
export type BuildVolume =
  | { readonly name: string; readonly emptyDir: { readonly sizeLimit: string } }
  | { readonly name: string; readonly persistentVolumeClaim: { readonly claimName: string } };

/** Scratch space on the node, as a quantity for each volume, and the claim that keeps layers, if there is one. */
export function buildVolumes(scratchSpace: string, layerClaim?: LayerClaim): BuildVolume[] {
  return [source, work, layers].map(({ name }) =>
    name === layers.name && layerClaim !== undefined
      ? { name, persistentVolumeClaim: { claimName: layerClaim.name } }
      : { name, emptyDir: { sizeLimit: scratchSpace } },
  );
}

function registryVariables(plainHttpRegistry: string | undefined): { name: string; value: string }[] {
  return plainHttpRegistry === undefined
    ? [{ name: "TLS_VERIFY", value: "$(params.tls-verify)" }]
    : [
        { name: "TLS_VERIFY", value: "true" },
        { name: "PLAIN_HTTP_REGISTRY", value: plainHttpRegistry },
      ];
}

function layerVariables(claim: LayerClaim | undefined): { name: string; value: string }[] {
  return claim === undefined
    ? []
    : [
        { name: "LAYERS_TTL_SECONDS", value: String(claim.ttlSeconds) },
        { name: "BUILD_NAME", value: "$(context.taskRun.name)" },
      ];
}

function authorities({ caBundle }: FetcherTrust): { name: string; value: string }[] {
  return caBundle ? [{ name: "CA_BUNDLE_BASE64", value: Buffer.from(caBundle).toString("base64") }] : [];
}

/** pip's settings may hold credentials: they are no business of the fetch. */
function proxies(environment: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => /_proxy$/i.test(name)));
}

function variables(environment: Readonly<Record<string, string>>): { name: string; value: string }[] {
  return Object.entries(environment).map(([name, value]) => ({ name, value }));
}
