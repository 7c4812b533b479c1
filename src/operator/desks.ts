import { parseDuration } from "../api/index.js";
import type { Settings } from "./decide/observation.js";
import { FollowedJobs } from "./followed-jobs.js";
import type { OperatorMetrics } from "./operator-metrics.js";
import type { OperatorOptions } from "./operator-options.js";
import { readSecret } from "./read-secret.js";
import { ResolutionDesk } from "./resolution-desk.js";
import { SourceDesk } from "./source-desk.js";

/** What the controller gives to {@link Desks}. */
export interface DesksParts {
  readonly settings: Settings;
  readonly metrics: OperatorMetrics;
  /** Called when there is something new to know for a job. */
  readonly onAnswer: (jobUid: string) => void;
}

/** Where jobs have looked up in the background what their decisions depend on, but for builds: see `Builds`. */
export class Desks {
  readonly source: SourceDesk;
  readonly follow: FollowedJobs;
  readonly resolutions: ResolutionDesk;

  constructor(options: OperatorOptions, { settings, metrics, onAnswer }: DesksParts) {
    const { cluster, clock, logger, config } = options;
    this.source = new SourceDesk({
      resolver: options.source,
      clock,
      readSecret: (namespace, name) => readSecret(cluster, namespace, name),
      onAnswer,
      onError: (error) => {
        metrics.count("reconcileErrors", { kind: "source" });
        logger.error({ err: error }, "resolving a source failed unexpectedly");
      },
      concurrency: config.git.maxConcurrent,
      timeoutMs: parseDuration(config.git.timeout),
    });
    this.follow = new FollowedJobs(options, { settings, metrics, onMove: onAnswer });
    this.resolutions = new ResolutionDesk({
      ...{ cluster, clock, onAnswer },
      findSource: (question) => this.source.find(question),
      onError: (error) => logger.warn({ err: error }, "what a job waits for can't be looked at"),
    });
  }

  /** The job is gone. */
  forget(jobUid: string): void {
    for (const desk of [this.source, this.follow, this.resolutions]) desk.forget(jobUid);
  }

  /** Ends everything under way; nothing is answered any more. */
  stop(): void {
    for (const desk of [this.source, this.follow, this.resolutions]) desk.stop();
  }
}
