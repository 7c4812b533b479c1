import type { PodConfig, Resources } from "../../api/index.js";
import type { RunnerConfig } from "../runner-config.js";

/** The part of `spec.podConfig` that shapes the validation pod. */
export type PodSettings = Omit<PodConfig, "containerImage" | "buildConfig">;

/** Where the notebook comes from: a commit of a Git repository, its own image, or (local runs only) a directory of this computer. */
export type PodSource = GitPodSource | ImagePodSource | { readonly kind: "tree"; readonly path: string };

/** The copy of the repository in the notebook's image. The pod then needs neither Git nor the operator's image. */
export interface ImagePodSource {
  readonly kind: "image";
  /** Directory of the image that holds the repository. */
  readonly path: string;
  /** The notebook, relative to it: what has to be there. */
  readonly notebook: string;
  /** The runner, which the operator's image would bring. */
  readonly runner: RunnerArchive;
}

/** The runner and its packages as one archive (`tar`, gzipped) in a ConfigMap of the job's namespace. */
export interface RunnerArchive {
  readonly configMap: string;
  /** Key in it. */
  readonly file: string;
  /** SHA-256 of the archive in hex: another one is not unpacked. */
  readonly sha256: string;
}

/** One commit of a Git repository. */
export interface GitPodSource {
  readonly kind: "git";
  readonly url: string;
  /** Full commit SHA: never a branch that could have moved. */
  readonly commit: string;
  /** The branch or tag that led to the commit; helps servers that refuse to serve bare commits. */
  readonly ref?: string;
  /** Name of a Secret in the job's namespace. */
  readonly credentialsSecret?: string;
}

/** Settings of the operator that the fetch of a commit must follow as its resolution did. */
export interface FetcherGit {
  /** `known_hosts` lines for credentials that bring none. */
  readonly knownHosts?: string;
  /** Certificates to trust besides those of the operator's image, as PEM. */
  readonly caBundle?: string;
  /** @default false */
  readonly allowLoopback?: boolean;
  /** Hosts to which credentials may go over plain http. @default [] */
  readonly plainHttpCredentialHosts?: readonly string[];
  /** Proxies, as variables. @default [] */
  readonly environment?: readonly { readonly name: string; readonly value: string }[];
}

/** Everything that one attempt's pod depends on. */
export interface ValidationPodRequest {
  readonly job: { readonly name: string; readonly namespace: string; readonly uid: string };
  readonly runId: string;
  /** 1 for the first attempt of the run. */
  readonly attempt: number;
  readonly source: PodSource;
  /** Where the golden notebook is. @default in {@link source}, if there is one */
  readonly golden?: GitPodSource;
  /** Image of the notebook's environment. */
  readonly image: string;
  /** Whether the operator built that image. @default false */
  readonly isBuiltImage?: boolean;
  readonly pod?: PodSettings;
  /** Claim that receives the artifacts. @default an emptyDir */
  readonly artifactsClaim?: string;
  /** What the init container runs. */
  readonly fetcher: {
    readonly image: string;
    /** @default ["node", "/app/nbv.js", "fetch-source"] */
    readonly command?: readonly string[];
    /** @default 100m CPU and 64Mi requested, 1 CPU and 512Mi at most */
    readonly resources?: Resources;
    /** What the operator's configuration lets Git do. @default nothing beyond the safe */
    readonly git?: FetcherGit;
  };
  /** Whether the cluster assigns user IDs itself (it serves the SecurityContextConstraints API). @default false */
  readonly assignsUserIds?: boolean;
  /** The operator's X25519 public key, base64url: only its owner learns the attempt's key. */
  readonly sealFor: string;
  /** Shows that the operator itself made the pod; becomes an annotation. */
  readonly proof: string;
  /** From {@link runnerConfig}. */
  readonly config: RunnerConfig;
  /** Time for scheduling onto the node, pulling and fetching that the pod's deadline adds to the notebook's limit. @default 900 */
  readonly startupAllowanceSeconds?: number;
}
