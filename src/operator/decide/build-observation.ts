import type { BuildStrategyName, Instant } from "../../api/index.js";
import type { BuildObservation, EnvironmentQuestion } from "../../build/index.js";
import type { Failure } from "../../recovery/index.js";

/** What is known about the job's environment (`EnvironmentDesk`): facts of the repository at the run's commit. */
export type EnvironmentSeen =
  | { readonly kind: "unasked" }
  | { readonly kind: "reading" }
  | { readonly kind: "read"; readonly question: EnvironmentQuestion; readonly warnings: readonly string[] }
  /** `reason` is of the failure catalogue; `message` is free of credentials. */
  | { readonly kind: "failed"; readonly reason: string; readonly message: string };

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

/** A build object of the job's flight, as the cache has it. */
export interface SeenBuild {
  readonly name: string;
  readonly uid: string;
  /** From 1. */
  readonly number: number;
  readonly createdAt?: Instant;
  readonly strategy: BuildStrategyName;
  /** Full environment digest, from its annotation. */
  readonly environmentDigest: string;
  readonly isPinned: boolean;
  /** UIDs of the jobs that own it. */
  readonly owners: readonly string[];
  readonly observation: BuildObservation;
  /** Classified once its log was read; only of failed builds, and absent until then. */
  readonly failure?: Failure;
  /** When such a build is usually done, from earlier ones of this process. */
  readonly expectedAt?: Instant;
}

/** What the cluster says about the builds that matter to a job (`BuildDesk`). */
export interface BuildsSeen {
  /** Strategies whose kinds the cluster serves, best first. `undefined` = not known yet. */
  readonly available: readonly BuildStrategyName[] | undefined;
  /** Builds of the job's flight, newest first. */
  readonly builds: readonly SeenBuild[];
  /** Whether the operator's limit lets another build start. */
  readonly hasRoom: boolean;
  /** Image at the environment's own tag, or at the named one under `reuseIfExists`. */
  readonly image: ImageSeen;
  readonly publication: PublicationSeen;
  /** Another job of the namespace that passed with another digest under the tag that this one would move. */
  readonly tagOwner?: { readonly job: string; readonly image: string };
  /** Why the API server would not have the build's objects. */
  readonly refusal?: Failure;
}
