import type { BuildStrategyName, Instant } from "../../api/index.js";
import type { BuildObservation, EnvironmentQuestion } from "../../build/index.js";
import type { Failure } from "../../recovery/index.js";
import type { FailedSource } from "./failed-source.js";

/** What is known about the job's environment (`EnvironmentDesk`): facts of the repository at the run's commit. */
export type EnvironmentSeen =
  | { readonly kind: "unasked" }
  | { readonly kind: "reading" }
  | { readonly kind: "read"; readonly question: EnvironmentQuestion; readonly warnings: readonly string[] }
  | FailedSource;

/** What a registry says of one image (`ImageDesk`). */
export type ImageSeen =
  | { readonly kind: "unasked" }
  | { readonly kind: "asking" }
  | {
      readonly kind: "present";
      /** `sha256:…` of the manifest. */
      readonly digest: string;
      /** Compressed size of its layers and configuration. */
      readonly sizeBytes?: number;
      /** Of the label {@link LABEL_ENVIRONMENT_DIGEST}: full digest. */
      readonly environmentDigest?: string;
    }
  | { readonly kind: "absent" }
  /** The registry can't be asked, or would not tell: `message` is one sentence without credentials. */
  | { readonly kind: "unknown"; readonly message: string };

/** What became of moving the shared tag to the validated image. */
export type PublicationSeen =
  | { readonly kind: "unasked" }
  | { readonly kind: "publishing" }
  | { readonly kind: "published" }
  | { readonly kind: "failed"; readonly message: string };

/** A build object, as the cache has it. */
export interface SeenBuild {
  readonly name: string;
  readonly uid: string;
  /** From 1. */
  readonly number: number;
  readonly createdAt?: Instant;
  readonly strategy: BuildStrategyName;
  /** Full environment digest, from its annotation. */
  readonly environmentDigest: string;
  /** Its flight (`BuildPlan.flight`); absent = nothing shows that the operator made it, so that nothing it says counts. */
  readonly flight?: string;
  readonly isPinned: boolean;
  /** UIDs of the jobs that own it. */
  readonly owners: readonly string[];
  /** An object that is being deleted is `cancelled`, unless it has ended already. */
  readonly observation: BuildObservation;
  /** This operator cancelled it, because no job waited for it: that is no failure of a job that came a moment too late. */
  readonly isAbandoned: boolean;
  /** Classified once its log was read; only of failed builds, and absent until then. */
  readonly failure?: Failure;
  /** When such a build is usually done, from earlier ones of this process. */
  readonly expectedAt?: Instant;
}

/** What the cluster says about the builds that matter to a job (`BuildDesk`). */
export interface BuildsSeen {
  /**
   * Strategies whose kinds the cluster serves, best first. `undefined` = not known yet, or their caches are not filled:
   * then nothing else here is known either.
   */
  readonly available: readonly BuildStrategyName[] | undefined;
  /** Builds of the job's flight, newest first; none while the flight is not known. */
  readonly builds: readonly SeenBuild[];
  /** The build that the job's status names, whether it is of the flight or not. */
  readonly followed?: SeenBuild;
  /** Whether the operator's limit lets another build start. */
  readonly hasRoom: boolean;
  /** What the registry says of the images that `imagesWanted` lists, by reference; absent = unasked. */
  readonly images: Readonly<Record<string, ImageSeen>>;
  readonly publication: PublicationSeen;
  /**
   * Another job of the namespace that passed with another digest under the tag that this one would move: as its status
   * says, or because its publication is under way in this process.
   */
  readonly tagOwner?: { readonly job: string; readonly image: string };
  /** Why the API server would not have the objects of the build that the job's status names. */
  readonly refusal?: Failure;
}
