import type { NotebookValidationJobObject, Pod } from "../../../src/kube/resources.js";
import type { PodTry } from "../../../src/operator/assumed-pods.js";
import type {
  EnvironmentSeen,
  ImageSeen,
  PublicationSeen,
  SeenBuild,
} from "../../../src/operator/decide/build-observation.js";
import type { SourceSeen } from "../../../src/operator/decide/observation.js";
import type { LedgerEntry } from "../../../src/operator/job-ledger.js";

/** What the kubelet and the runner know of a pod, and no one else. */
export interface ModelPod {
  readonly object: Pod;
  /** Number of the runner's events that are in the log. */
  readonly said: number;
  /** What the runner will have said at its end. */
  readonly script: "passing" | "failing";
  /** How the operator's follower stands to the log. */
  readonly log: "open" | "final" | "lost";
}

/** A build as its controller has it: what the operator sees of it once the watch delivers. */
export type ModelBuild = SeenBuild;

/** Adverse things that may still happen, by kind: what bounds the exploration. */
export interface Budget {
  /** All kinds together. */
  readonly total: number;
  /** Spec changes, suspensions, requests and deletions by users. */
  readonly user: number;
  /** Crashes, lost answers and stale caches. */
  readonly operator: number;
  /** Failures of pods and of Git. */
  readonly platform: number;
  /** How often time may pass to the next thing that is due; not an adverse event. */
  readonly time: number;
}

/** One moment of the whole world. A value; objects in it are frozen and shared between states. */
export interface ModelState {
  readonly now: number;
  readonly version: number;
  readonly nextUid: number;
  readonly job: NotebookValidationJobObject | undefined;
  readonly pods: Readonly<Record<string, ModelPod>>;
  readonly builds: Readonly<Record<string, ModelBuild>>;
  /** Pods that were asked for without an answer, and that may still come to be. */
  readonly inFlight: readonly { readonly pod: Pod; readonly until: number }[];
  /** What the operator's informers have; behind the truth until a watch delivers. */
  readonly cache: {
    readonly job: NotebookValidationJobObject | undefined;
    readonly pods: Readonly<Record<string, Pod>>;
    readonly builds: Readonly<Record<string, ModelBuild>>;
  };
  /** What the operator keeps in memory and loses in a crash. */
  readonly memory: {
    readonly isDirty: boolean;
    readonly wakeAt: number | undefined;
    readonly question: { readonly ticket: string; readonly seen: SourceSeen } | undefined;
    readonly environment: { readonly ticket: string; readonly seen: EnvironmentSeen } | undefined;
    /** What the registry said, by ticket. */
    readonly images: Readonly<Record<string, ImageSeen>>;
    readonly publication:
      | { readonly ticket: string; readonly image: string; readonly seen: PublicationSeen }
      | undefined;
    /** When this process began. */
    readonly startedAt: number;
    readonly ledger: LedgerEntry | undefined;
    readonly podTry: PodTry | undefined;
  };
  readonly budget: Budget;
  /** What really happened, for judging what the operator says. */
  readonly truth: {
    /** Pods whose runner really said, signed, that the notebook passed. */
    readonly passed: readonly string[];
    /** Images that a notebook really passed with. */
    readonly validated: readonly string[];
    /** Images that a build really pushed, by digest. */
    readonly pushed: readonly string[];
    /** Image that the shared tag points to. */
    readonly tag: string | undefined;
  };
}
