import type { Clock } from "../../../src/kube/clock.js";
import type { Cluster } from "../../../src/kube/cluster.js";
import type { WatchBreak } from "../../../src/kube/memory/watch-feed.js";
import type { NotebookValidationJobObject, Pod } from "../../../src/kube/resources.js";
import type { JobStatus } from "../../../src/operator/decide/job.js";
import type { OperatorOptions } from "../../../src/operator/operator-options.js";
import type { FakeKubelet } from "../kit/fake-kubelet.js";
import type { Judge } from "../kit/judge.js";

/** How long things take in a world, in milliseconds, and how often they happen. */
export interface Pace {
  /** A round in which something happens, and one in which nothing does. */
  readonly roundMs: number;
  readonly quietRoundMs: number;
  /** After its end a job is watched for so long, and so often at most until nothing is written any more. */
  readonly afterwardsMs: number;
  readonly afterwards: number;
  /** How long watches are spoilt, and outages last. */
  readonly faultMs: number;
  /** How often each kind of call is spoilt. */
  readonly faultTimes: number;
}

/** What an operator of a world is given by it; the rest is the ground's. */
export type Given = Pick<OperatorOptions, "cluster" | "clock" | "config" | "source"> & Partial<OperatorOptions>;

/** Where a scenario is lived: one namespace of a cluster with a node, in which operators come and go. */
export interface Ground {
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly kubelet: FakeKubelet;
  readonly namespace: string;
  readonly pace: Pace;
  readonly judge: Pick<Judge, "passed" | "late" | "assertInnocent">;
  /** Starts an operator process, besides those that are there. */
  startOperator(options: Given): Promise<void>;
  /** Stops all of them. */
  stopOperator(): Promise<void>;
  /** Lets everything happen that needs no time. */
  settle(): Promise<void>;
  pass(ms: number): Promise<void>;
  submit(job: NotebookValidationJobObject): Promise<void>;
  edit(patch: object): Promise<void>;
  status(): Promise<JobStatus>;
  pods(): Promise<Pod[]>;
  /** Another one after every write to the job and its pods, at least. */
  version(): Promise<string>;
  /** Ends the watches that operators have open now. */
  breakWatches(how: WatchBreak): void;
  /** Forgets all history: who wants to read on from an old version is told `Gone`. */
  compact(): Promise<void>;
  /** The scenario is over, and no operator is left. @throws Error when something else is left behind */
  leave(): Promise<void>;
}
