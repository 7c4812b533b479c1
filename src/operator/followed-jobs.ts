import { parseDuration } from "../api/index.js";
import type { StoredJob } from "./decide/job.js";
import type { FollowedSeen, Settings } from "./decide/observation.js";
import { FollowDesk } from "./follow-desk.js";
import { followingJob } from "./following-job.js";
import type { OperatorMetrics } from "./operator-metrics.js";
import type { OperatorOptions } from "./operator-options.js";
import { readSecret } from "./read-secret.js";
import { SourceError } from "./source-resolver.js";

/** Longest wait for an answer, whatever `git.timeout` leaves to those who fetch; milliseconds. */
const LONGEST_ANSWER_MS = 15_000;

/** What the controller gives to {@link FollowedJobs}. */
export interface FollowedJobsParts {
  readonly settings: Settings;
  readonly metrics: OperatorMetrics;
  /** Called when a branch is elsewhere than at the commit of the job's run. */
  readonly onMove: (jobUid: string) => void;
}

/** Jobs that follow branches (`git.follow`): reads from each what it follows, and has it looked up. */
export class FollowedJobs {
  readonly #settings: Settings;
  readonly #desk: FollowDesk | undefined;

  constructor({ branches, clock, cluster, config, logger }: OperatorOptions, parts: FollowedJobsParts) {
    const { settings, metrics, onMove } = parts;
    this.#settings = settings;
    const { followInterval, maxConcurrent, timeout } = config.git;
    this.#desk =
      branches &&
      new FollowDesk({
        reader: branches,
        clock,
        readSecret: (namespace, name) => readSecret(cluster, namespace, name),
        onMove,
        onError: (error, repository) => {
          const isExpected = error instanceof SourceError;
          if (!isExpected) metrics.count("reconcileErrors", { kind: "source" });
          logger[isExpected ? "warn" : "error"]({ err: error, repository }, "followed branches can't be looked up");
        },
        intervalMs: parseDuration(followInterval),
        // The questions of runs that wait for their commit come first.
        concurrency: Math.max(1, Math.floor(maxConcurrent / 2)),
        // Where a branch is, is a short answer: a remote that takes longer keeps others waiting.
        timeoutMs: Math.min(parseDuration(timeout), LONGEST_ANSWER_MS),
      });
  }

  /** A job is there, or has changed. */
  watch(job: StoredJob): void {
    this.#desk?.watch(followingJob(job, this.#settings));
  }

  /** Where the job's branches were when the remote was asked last. */
  look(jobUid: string): FollowedSeen {
    return this.#desk?.look(jobUid) ?? {};
  }

  /** The job is gone. */
  forget(jobUid: string): void {
    this.#desk?.forget(jobUid);
  }

  /** Nothing is asked any more. */
  stop(): void {
    this.#desk?.stop();
  }
}
