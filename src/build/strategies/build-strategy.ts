import type { BuildCache, BuildStrategyName, Resources, Toleration } from "../../api/index.js";
import type { EnvironmentPlan } from "../environment/environment-plan.js";
import type { ImageDestination } from "../image/image-destination.js";

/** A kind that the cluster must serve for a strategy to work; discovery decides, never a guess. */
export interface ApiKind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
}

/** An object of a build, as the API server has it or is to have it. */
export interface BuildObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly uid?: string;
    readonly creationTimestamp?: string;
    readonly deletionTimestamp?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly ownerReferences?: readonly {
      readonly apiVersion?: string;
      readonly kind: string;
      readonly name: string;
      readonly uid: string;
    }[];
  };
  readonly spec?: unknown;
  readonly status?: unknown;
  readonly [field: string]: unknown;
}

/** A job that waits for a build and owns it, never as its controller. */
export interface WaitingJob {
  readonly name: string;
  readonly uid: string;
}

/** One build, whoever carries it out. */
export interface BuildPlan {
  /** Name of the build's main object: `nbv-build-<key10>-<n>`. */
  readonly name: string;
  readonly namespace: string;
  /** From 1. */
  readonly number: number;
  /** Key of the flight (`flightKey`), for names. */
  readonly key: string;
  /** The whole of it (`flightDigest`): builds of one flight build the same thing. */
  readonly flight: string;
  /** Absent when the build runs in another namespace than its jobs. */
  readonly owner?: WaitingJob;
  readonly source: {
    readonly url: string;
    readonly ref: string;
    readonly commit: string;
    readonly credentialsSecret?: string;
  };
  readonly environment: EnvironmentPlan;
  readonly destination: ImageDestination;
  /** Secret for base images. */
  readonly pullSecret?: string;
  readonly cache?: Required<BuildCache>;
  readonly pod: {
    readonly resources?: Resources;
    readonly serviceAccountName?: string;
    readonly nodeSelector?: Readonly<Record<string, string>>;
    readonly tolerations?: readonly Toleration[];
    /** Scratch space, as a quantity. */
    readonly storage?: string;
  };
  /** Of the operator's configuration. */
  readonly settings: BuildSettings;
  readonly strategyConfig: Readonly<Record<string, string>>;
}

/** What the operator's configuration says about every build. */
export interface BuildSettings {
  readonly fetcherImage: string;
  readonly fetcherCommand: readonly string[];
  readonly builderImage: string;
  readonly storageDriver: "vfs" | "overlay";
  /** Proxies, pip's index settings: variables of the build's steps. */
  readonly environment: Readonly<Record<string, string>>;
  /** PEM; empty = the system's alone. */
  readonly caBundle: string;
  readonly knownHosts: string;
  /** Host of a registry that speaks plain http, as the operator's configuration says; other registries are TLS. */
  readonly plainHttpRegistry?: string;
  readonly allowLoopback: boolean;
  readonly plainHttpCredentialHosts: readonly string[];
}

/** How far a running build is. */
export interface BuildProgress {
  /** "Installing dependencies (5/12 packages)". */
  readonly currentStep?: string;
  /** "2/9". */
  readonly layersPulled?: string;
}

/** An object that a run says it made. */
export interface ObjectOfRun {
  readonly kind: string;
  readonly name: string;
}

/** Why a build failed, as its controller and its log say it; the recovery room classifies it (`classifyBuild`). */
export interface BuildFailureSignal {
  /** Reason of the object's condition: `Failed`, `PipelineRunTimeout`, `StepOOM`, `DockerBuildFailed`… */
  readonly reason: string;
  /** Of the controller. */
  readonly message: string;
  /** Step that failed: `fetch`, `dockerfile`, `build`, `push`. */
  readonly step?: string;
  readonly exitCode?: number;
  /** Pod and container whose log tells more. */
  readonly log?: { readonly pod: string; readonly container: string };
  /** Objects that would tell more, and that were not at hand, or not as they ended. */
  readonly untold?: readonly ObjectOfRun[];
  /** End of the log, where the controller keeps it: for when the pod is gone. */
  readonly logSnippet?: string;
}

/** What the cluster says about one build. Times are RFC 3339. */
export type BuildObservation =
  | { readonly kind: "pending"; readonly reason?: string; readonly message?: string }
  | {
      readonly kind: "running";
      readonly startTime: string;
      readonly progress: BuildProgress;
      /** Pod and container that work right now. */
      readonly log?: { readonly pod: string; readonly container: string };
    }
  /** `image` is `repository@sha256:…`: what is validated is what was built. */
  | {
      readonly kind: "complete";
      readonly image: string;
      readonly startTime?: string;
      readonly completionTime?: string;
      readonly sizeBytes?: number;
      readonly cacheHit?: boolean;
    }
  | {
      readonly kind: "failed";
      readonly signal: BuildFailureSignal;
      readonly startTime?: string;
      readonly completionTime?: string;
    }
  | { readonly kind: "cancelled"; readonly completionTime?: string };

/** What a strategy can do; what it lacks is refused or warned about by name. */
export interface BuildCapabilities {
  readonly target: boolean;
  readonly registryCache: boolean;
  readonly workspaceCache: boolean;
  readonly buildArgs: boolean;
  readonly pullSecret: boolean;
  readonly gitCredentials: boolean;
  readonly tolerations: boolean;
}

/** One way to turn an environment plan into an image. Pure: objects in, objects out. */
export interface BuildStrategy {
  readonly name: BuildStrategyName;
  /** The main object's kind first. */
  readonly needs: readonly ApiKind[];
  /** Kinds whose objects tell how a build is doing, besides the main one: TaskRun for Tekton. */
  readonly watches: readonly ApiKind[];
  readonly capabilities: BuildCapabilities;
  /** What the plan asks for and this strategy can't do, or does otherwise: one sentence each. */
  judge(plan: BuildPlan): { readonly refused: readonly string[]; readonly warnings: readonly string[] };
  /**
   * Objects of one build, in the order in which they are made; the last is the main one, which starts it. Deterministic:
   * making them twice changes nothing.
   */
  objects(plan: BuildPlan): BuildObject[];
  /** @param related objects of {@link watches} that belong to `main` */
  observe(main: BuildObject, related: readonly BuildObject[]): BuildObservation;
  /** Merge patch of the main object that cancels it. */
  readonly cancelPatch: { readonly [field: string]: unknown };
}
