import type { OperatorConfigInput } from "../../../src/api/index.js";
import type { NotebookValidationJobObject, Pod } from "../../../src/kube/resources.js";
import type { JobStatus } from "../../../src/operator/decide/job.js";
import type { SourceErrorReason } from "../../../src/operator/source-resolver.js";
import type { Story } from "../../build/strategies/played-builder.js";
import type { Files } from "../kit/fake-outside.js";
import type { ChaosWorld } from "./chaos-world.js";
import type { PodStory } from "./node.js";

/**
 * The life of one job in a world that does the same things whoever dies when: what it does depends on what is stored in the
 * cluster, and never on when the operator looked or how often it asked.
 */
export interface Scenario {
  readonly name: string;
  readonly job: NotebookValidationJobObject;
  readonly config?: OperatorConfigInput;
  /** Content of the repository. @default nothing that an image could be built from */
  readonly files?: Files;
  /** What can build images, if there is anything to build. OpenShift's controller never does. @default Tekton alone */
  readonly builders?: readonly ("tekton" | "openshift")[];
  /** Whether the namespace's quota of pods is used up at first, until somebody makes room. @default no */
  readonly isFull?: boolean;
  /** Why Git does not answer now. @default it does */
  readonly git?: (status: JobStatus) => SourceErrorReason | undefined;
  /** How long Git takes to answer, in milliseconds. @default no time */
  readonly gitMs?: number;
  /** What becomes of the pod of an attempt; `run` and `attempt` count from 1. @default it passes */
  readonly pod?: (attempt: number, run: number, pod: Pod, world: ChaosWorld) => PodStory;
  /** What becomes of a build, counted from 1. @default it succeeds */
  readonly build?: (number: number) => Story;
  /** What users do, asked again and again: `once` does a thing once in the world's life. */
  readonly user?: (status: JobStatus, once: Once, world: ChaosWorld) => Promise<void>;
  /** What the job's status says when all is over; `gone` when the job is. */
  readonly end: Partial<JobStatus> | "gone";
}

export type Once = (what: string, work: () => Promise<void>) => Promise<void>;
