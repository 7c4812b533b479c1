import type { BuildStrategyName, Resources } from "../../api/index.js";
import type { BuildPlan } from "../../build/index.js";
import type { JobStatus } from "./job.js";
import type { ResolutionQuestion } from "./waiting/resolution-question.js";
import type { WriteTime } from "./write-time.js";

/** A Kubernetes event about the job, for a transition that people care about. */
export interface EventNote {
  readonly type: "Normal" | "Warning";
  /** CamelCase. */
  readonly reason: string;
  /** One sentence for people, redacted. */
  readonly message: string;
}

/** What one attempt is made of; the shell adds the secret parts and the objects' text. */
export interface AttemptPlan {
  readonly runId: string;
  /** 1 for the first attempt of a run. */
  readonly number: number;
  readonly podName: string;
  readonly commit: string;
  /** Of the golden notebook, if it has a repository of its own. */
  readonly goldenCommit?: string;
  readonly image: string;
  /** In place of the spec's. */
  readonly resources?: Resources;
  /** Directory of {@link image} that holds the source at {@link commit}, and is copied. @default the source is fetched */
  readonly sourceDirectory?: string;
}

/**
 * One thing to do to the world. Every effect may be performed twice, or after a crash between any two of them, with the
 * same outcome as once: names are deterministic, deletions name a UID, questions carry a ticket.
 */
export type Effect =
  | {
      readonly kind: "ask-source";
      readonly ticket: string;
      readonly url: string;
      readonly ref: string;
      readonly credentialsSecret?: string;
      /** Place of the golden notebook, if it has a repository of its own. */
      readonly golden?: { readonly url: string; readonly ref: string; readonly credentialsSecret?: string };
    }
  /** Reads what decides about the environment, at the run's commit. */
  | { readonly kind: "ask-environment"; readonly ticket: string; readonly commit: string }
  /** Asks the registry for an image: `host/path:tag` or `host/path@sha256:…`. */
  | {
      readonly kind: "ask-image";
      readonly ticket: string;
      readonly reference: string;
      readonly isInsecure: boolean;
      /** Secret of the builds' namespace with credentials for the registry. */
      readonly secret?: string;
    }
  /** Makes the objects of a build; one that is there already is joined. */
  | { readonly kind: "start-build"; readonly plan: BuildPlan; readonly strategy: BuildStrategyName }
  /** Owns a build that another job started, so that it outlives that one. */
  | { readonly kind: "join-build"; readonly name: string; readonly uid: string; readonly strategy: BuildStrategyName }
  /** Moves a tag to the validated image. */
  | {
      readonly kind: "publish-image";
      readonly ticket: string;
      /** `repository@sha256:…`. */
      readonly image: string;
      readonly tag: string;
      readonly isInsecure: boolean;
      readonly pushSecret?: string;
    }
  | { readonly kind: "start-attempt"; readonly plan: AttemptPlan }
  | {
      readonly kind: "delete-pod";
      readonly name: string;
      readonly uid: string;
      /** Of a pod that was seen at work: one that has ended since is kept, with its log. @default it goes, whatever it is by now */
      readonly liveAt?: string;
    }
  | { readonly kind: "delete-job" }
  /** Sets labels of the job, or removes them (`null`). */
  | { readonly kind: "label-job"; readonly labels: Readonly<Record<string, string | null>> }
  /** Has somebody look again and again whether what the job waits for is there now. */
  | ({ readonly kind: "ask-resolution" } & ResolutionQuestion)
  /** The report of the run that ended at `completionTime`, made from the job's status as it is stored. */
  | {
      readonly kind: "write-report";
      readonly configMap: string;
      readonly notebook: string;
      readonly completionTime: string;
    }
  | { readonly kind: "emit"; readonly note: EventNote };

/**
 * What `decide` says. The status is written first (if it differs), then the effects are performed in their order:
 * so what an effect uses up is counted before it happens.
 */
export interface Decision {
  readonly status: JobStatus;
  /** Whether the status has to be written before anything else, or may wait for the job's next regular write. */
  readonly write: WriteTime;
  readonly effects: readonly Effect[];
  /** Look again after so many milliseconds, even if nothing changes. Absent = only when something changes. */
  readonly requeueAfterMs?: number;
}
