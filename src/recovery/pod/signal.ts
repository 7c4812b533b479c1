import type { Instant } from "../../api/instant.js";
import type { PodEvent } from "../events/open-trouble.js";
import type { Failure } from "../failure.js";

/** What a pod's status says about failure. A pod that runs or passed says `none`. */
export type PodSignal =
  | {
      readonly kind: "none";
      /** When silence itself becomes a sign, if nothing is reported until then. */
      readonly lookAgainAt?: Instant;
    }
  | {
      /** To be shown, not yet to be acted upon: it may get better by itself. */
      readonly kind: "visible";
      readonly failure: Failure;
      /** Since when the reason has stood. */
      readonly since: Instant;
      /** When patience ends. */
      readonly graceEndsAt: Instant;
    }
  | {
      /** The attempt is over. */
      readonly kind: "ended";
      readonly failure: Failure;
    };

/** How long reasons may stand that clusters often resolve by themselves, in milliseconds. Operator configuration. */
export interface PatienceSettings {
  /** Pulls, missing Secrets and ConfigMaps, volumes. @default 120000 */
  readonly startupGraceMs: number;
  /** Pods that no node takes yet. @default 600000 */
  readonly scheduleTimeoutMs: number;
}

export const DEFAULT_PATIENCE: PatienceSettings = { startupGraceMs: 120_000, scheduleTimeoutMs: 600_000 };

/** What is known about a pod beside its status. */
export interface PodContext {
  /**
   * When the attempt began, by the calendar of `now`, which need not be that of the cluster: before that, nobody was silent.
   * @default the pod's own times
   */
  readonly begunAt?: Instant | undefined;
  /**
   * How far the calendar of `now` is ahead of the cluster's at most, milliseconds; negative when it is behind. With
   * {@link begunAt} it tells how far it is. @default unknown: a pod's times are compared with `now` as they are
   */
  readonly aheadAtMostMs?: number | undefined;
  /** @default DEFAULT_PATIENCE */
  readonly patience?: PatienceSettings;
  /**
   * The reason that was visible before, and since when. Container states carry no time: without this the pod's last
   * transition stands in, which ends the grace of a late trouble too early.
   */
  readonly visible?: { readonly reason: string; readonly since: Instant } | undefined;
  /** Events about the pod, newest last: the only place where failing mounts are told. @default [] */
  readonly events?: readonly PodEvent[] | undefined;
  /** Whether the notebook's image was built for the job: a registry that does not know it yet, or no more, gets it again. */
  readonly imageIsBuilt?: boolean | undefined;
  /** The cell that was running, to be named by an out-of-memory kill. */
  readonly runningCell?: number | undefined;
  /** Resident memory of the notebook at the end of the cell before, in bytes. */
  readonly memoryBefore?: number | undefined;
}
