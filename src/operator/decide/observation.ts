import type { Instant, OperatorConfig } from "../../api/index.js";
import type { Pod } from "../../kube/resources.js";
import type { Failure, PodEvent } from "../../recovery/index.js";
import type { RunProgress, VerdictEvent } from "../../validation/index.js";
import type { BuildsSeen, EnvironmentSeen } from "./build-observation.js";
import type { FailedSource } from "./failed-source.js";

/** What is known about the job's question to Git (`SourceDesk`). */
export type SourceSeen =
  | { readonly kind: "unasked" }
  | { readonly kind: "resolving" }
  | {
      readonly kind: "resolved";
      readonly commit: string;
      readonly warning?: string;
      /** Of the golden notebook, if it was asked for. */
      readonly golden?: { readonly commit: string; readonly warning?: string };
    }
  | FailedSource;

/** What is known about what the job waits for (`ResolutionDesk`). */
export type ResolutionSeen =
  | { readonly kind: "unasked" }
  | { readonly kind: "asking" }
  | { readonly kind: "absent" }
  /** `wasAbsent`: an earlier look, for the same question, did not find it. @default false */
  | { readonly kind: "present"; readonly wasAbsent?: boolean }
  /** It could not be found out. */
  | { readonly kind: "unknown"; readonly message: string };

/** Where a branch was at a moment. */
export interface FollowedRef {
  /** As in `spec.notebook.git`. */
  readonly url: string;
  readonly ref: string;
  /** Full commit SHA. */
  readonly commit: string;
  /** When the remote was asked: from then on at the latest the branch was there. */
  readonly askedAt: Instant;
}

/** Where the branches are that a job follows, as the remote told last (`FollowDesk`); absent while it is not known. */
export interface FollowedSeen {
  readonly notebook?: FollowedRef;
  /** Of a golden notebook with a repository of its own. */
  readonly golden?: FollowedRef;
}

/** What the runner of the current attempt has said, as far as it is authenticated. */
export interface LogSeen {
  readonly progress: RunProgress;
  /** No more will come: the log was read to its end after the container's end, or it is lost. */
  readonly isFinal: boolean;
  /** Verdict of the container's termination message, if it verifies. */
  readonly termination?: VerdictEvent;
}

/** What events say of a pod whose status is silent. */
export interface PodEventsSeen {
  /** Newest last. */
  readonly items: readonly PodEvent[];
  /** When there may be more to know. */
  readonly askAgainAt: Instant;
}

/** Settings of the operator that decisions depend on. */
export interface Settings {
  readonly config: OperatorConfig;
  /** What becomes of a job that asks for an image build: see `OperatorOptions.build`. */
  readonly build: "refuse" | "skip" | "build";
  /** Whether runs wait for others to bring what is missing. @default true */
  readonly waits?: boolean;
}

/** Everything outside the job itself that a decision may depend on. A value: `decide` reads nothing else. */
export interface Observation {
  /** Pods whose controller is this very job (owner UID), finished ones too. */
  readonly pods: readonly Pod[];
  /** Until when a pod of an earlier attempt may still come to be: it was asked for, and no answer came. */
  readonly lateUntil?: Instant;
  readonly source: SourceSeen;
  /** Only of jobs that build. */
  readonly environment?: EnvironmentSeen;
  /** Only of jobs that build. */
  readonly builds?: BuildsSeen;
  /** About the attempt that the job's status calls current; nothing when there is none. */
  readonly log?: LogSeen;
  /** Events of the current attempt's pod; only while it waits for long without saying why. */
  readonly podEvents?: PodEventsSeen;
  /** Why nothing that the current attempt's runner says can be authenticated: its key did not reach the operator. */
  readonly keyLoss?: Failure;
  /** Why the API server would not have the current attempt's objects. */
  readonly refusal?: Failure;
  /** Only of jobs that wait for something that can be looked at, or failed for it. */
  readonly resolution?: ResolutionSeen;
  /** Only of jobs that follow a branch. */
  readonly followed?: FollowedSeen;
  /** Another operator that works on the same jobs (`Rival`). */
  readonly rival?: string;
  /** Whether a validation pod may start now, as far as the operator's limits go. */
  readonly hasRoom: boolean;
  readonly settings: Settings;
}
