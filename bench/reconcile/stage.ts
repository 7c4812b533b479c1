import type { LiveCluster } from "../../src/kube/live/index.js";
import type { BenchCluster } from "./bench-cluster.js";
import type { GitDaemon } from "./git-daemon.js";
import type { JobBoard } from "./job-board.js";
import type { SimulatedNode } from "./simulated-node.js";

/** Everything that a scenario plays on. */
export interface Stage {
  readonly bench: BenchCluster;
  readonly git: GitDaemon;
  readonly node: SimulatedNode;
  readonly board: JobBoard;
  /** For logs and the probe's measurements; gone at the end. */
  readonly directory: string;
  /** Who creates the jobs. */
  readonly author: LiveCluster;
  /** Jobs that are created at once. */
  readonly jobs: number;
  readonly rounds: number;
  /** Finished jobs, with their pods, that lie around when memory is measured. */
  readonly finished: number;
  /** Where CPU profiles of the operator go. */
  readonly profile: string | undefined;
}
