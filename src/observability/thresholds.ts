/** Numbers of the alerts. Durations are Prometheus durations (`5m`, `1h30m`). */
export interface AlertThresholds {
  /** How long no replica may be scraped. @default "5m" */
  readonly downFor: string;
  /** Share of finished runs that failed, 0–1. Used for platform faults and, in an alert that never pages, for users' faults. @default 0.5 */
  readonly failureRatio: number;
  /** @default "15m" */
  readonly failureFor: string;
  /** Window over which runs are counted. @default "1h" */
  readonly failureWindow: string;
  /** Fewer finished runs than this in the window say nothing. @default 5 */
  readonly minimumRuns: number;
  /** Queued image builds. @default 10 */
  readonly backlogBuilds: number;
  /** Seconds that the oldest queued build has waited. @default 1800 */
  readonly backlogAgeSeconds: number;
  /** @default "30m" */
  readonly backlogFor: string;
  /** Share of reconciliations that ended in an error, 0–1. @default 0.1 */
  readonly reconcileErrorRatio: number;
  /** Seconds that a job may stay in one phase. Longer than the longest `validationTimeout` in use. @default 14400 */
  readonly stuckSeconds: number;
  /** Jobs given up for the platform's fault within 6 h. @default 3 */
  readonly deadLetters: number;
  /** Seconds without a word from the API server. @default 600 */
  readonly informerStaleSeconds: number;
  /** Share of runs that end without a platform fault, 0–1, over 30 days. @default 0.99 */
  readonly objective: number;
}

export const DEFAULT_THRESHOLDS: AlertThresholds = {
  downFor: "5m",
  failureRatio: 0.5,
  failureFor: "15m",
  failureWindow: "1h",
  minimumRuns: 5,
  backlogBuilds: 10,
  backlogAgeSeconds: 1800,
  backlogFor: "30m",
  reconcileErrorRatio: 0.1,
  stuckSeconds: 14_400,
  deadLetters: 3,
  informerStaleSeconds: 600,
  objective: 0.99,
};
