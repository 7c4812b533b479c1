import type { IndexFunction, Lister } from "../../kube/informer-options.js";
import type { NotebookValidationJobObject } from "../../kube/resources.js";
import { sharedTag } from "../decide/builds/builds-wanted.js";
import type { Settings } from "../decide/observation.js";
import { statusOf } from "../decide/read-status.js";
import { readTurn } from "../decide/read-turn.js";
import type { SweptBuild } from "./build-sweep.js";
import type { TagOwner } from "./tag-owners.js";

type Job = NotebookValidationJobObject;

/** A cache of jobs with {@link buildIndexes}. */
export type JobIndex = Pick<Lister<Job>, "byIndex">;

/** Indexes of the cache of jobs. */
const AWAITED = "awaited-build";
const NAMED = "named-build";
const PUBLISHED = "published-tag";

/** Indexes that {@link JobsOfBuilds} asks. */
export function buildIndexes(settings: Settings): Record<string, IndexFunction<Job>> {
  return {
    [AWAITED]: (job) => (hasBuild(job) && statusOf(job.status).phase === "Building" ? buildOf(job) : []),
    [NAMED]: (job) => (hasBuild(job) ? buildOf(job) : []),
    [PUBLISHED]: (job) => {
      const reference = hasBuild(job) ? publishedTag(job, settings) : undefined;
      return reference === undefined ? [] : [`${job.metadata.namespace ?? ""} ${reference}`];
    },
  };
}

/** What the cache of jobs tells about builds. */
export class JobsOfBuilds {
  readonly #jobs: () => JobIndex;

  constructor(jobs: () => JobIndex) {
    this.#jobs = jobs;
  }

  /** Whether a job waits for the end of a build; whether one names it at all. */
  interest(buildName: string): Pick<SweptBuild, "isAwaited" | "isNamed"> {
    const jobs = this.#jobs();
    const isAwaited = jobs.byIndex(AWAITED, buildName).length > 0;
    return { isAwaited, isNamed: isAwaited || jobs.byIndex(NAMED, buildName).length > 0 };
  }

  /** Finished jobs of a namespace that moved a tag to the image that they passed with. */
  owners(namespace: string, reference: string): TagOwner[] {
    return this.#jobs()
      .byIndex(PUBLISHED, `${namespace} ${reference}`)
      .map(({ metadata: { uid = "", name }, status }) => {
        return { jobUid: uid, job: name, image: statusOf(status).buildStatus?.imageDigest ?? "" };
      });
  }
}

/** Whether the job's status tells of a build: judging a status is dear, and most jobs build nothing. */
function hasBuild({ status }: Job): boolean {
  return typeof status === "object" && status !== null && Object.hasOwn(status, "buildStatus");
}

function buildOf({ status }: Job): string[] {
  return [statusOf(status).buildStatus?.buildName ?? []].flat();
}

/** The tag that a finished job moved. */
function publishedTag(job: Job, settings: Settings): string | undefined {
  const { phase, buildStatus } = statusOf(job.status);
  if (phase !== "Succeeded" || buildStatus?.published !== true) return undefined;
  const turn = readTurn(job, { pods: [], source: { kind: "unasked" }, hasRoom: false, settings }, 0);
  const { reading, status } = turn;
  if (!reading.ok) return undefined;
  return sharedTag({ ...turn, spec: reading.spec, effective: reading.effective }, status)?.reference;
}
