import type { Logger } from "pino";
import type { OperatorConfig } from "../api/index.js";
import type { Clock } from "../kube/clock.js";
import type { Cluster } from "../kube/cluster.js";
import type { Random } from "../kube/random.js";
import type { BranchReader } from "./branch-reader.js";
import type { BuildTools } from "./builds/builds.js";
import type { OperatorMetrics } from "./operator-metrics.js";
import type { Rival } from "./rival.js";
import type { RunnerFiles } from "./runner-archive.js";
import type { SourceResolver } from "./source-resolver.js";

/** What an {@link Operator} is made of: everything that it touches of the outside world comes in here. */
export interface OperatorOptions {
  readonly cluster: Cluster;
  readonly clock: Clock;
  /** Jitter of back-offs. */
  readonly random: Random;
  readonly logger: Logger;
  readonly config: OperatorConfig;
  /** Secret of this operator, at least 32 bytes, which opens the sealed keys of attempts (`signing-key.ts`). */
  readonly signingKey: Uint8Array;
  readonly source: SourceResolver;
  /** What followed branches are looked up by. @default no branch is followed */
  readonly branches?: BranchReader;
  /** Namespaces to serve. @default all namespaces */
  readonly namespaces?: readonly string[];
  /** Image of this operator, whose init container fetches the source. @default config's */
  readonly operatorImage?: string;
  /** Command of the init container, in place of the operator image's own. @default ["node", "/app/nbv.js", "fetch-source"] */
  readonly fetcherCommand?: readonly string[];
  /**
   * What a job that asks for an image build gets. `build` builds it; `refuse` fails it with `BuildStrategyUnavailable`;
   * `skip` runs `containerImage` as it is (the local mode, where the Python environment takes the image's place).
   * @default "refuse"
   */
  readonly build?: "refuse" | "skip" | "build";
  /**
   * Whether runs wait for others to bring what is missing (a Secret, a node, a registry); else they end when the patience
   * of their attempts does.
   * @default true
   */
  readonly waits?: boolean;
  /** What environments are read, built and published by; needed to `build`. */
  readonly builder?: BuildTools;
  /** Reads the runner for pods whose source is in their image. @default the runner beside this program */
  readonly runner?: () => Promise<RunnerFiles>;
  /** A directory of this computer to validate instead of the Git repository; only the local executor may set it. */
  readonly localTree?: string;
  /** Another operator whose end is waited for. @default nobody */
  readonly rival?: Rival;
  /** Reconciles at a time. @default 4 */
  readonly concurrency?: number;
  /** @default metrics that nobody reads */
  readonly metrics?: OperatorMetrics;
}
