import type { EffectiveSpec } from "../../api/index.js";
import type { Installation } from "../dockerfile/index.js";
import type { SourceFacts } from "../source-facts.js";

/** Where an environment comes from, as `status.source.environmentSource` says it. */
export interface EnvironmentSource {
  readonly kind: "requirements" | "dockerfile" | "baseImage" | "inferred";
  /** File of the repository. */
  readonly path?: string;
  /** Why this one: one clause. */
  readonly reason: string;
}

/** Base image of generated Dockerfiles. */
export interface BaseImage {
  /** As configured. */
  readonly reference: string;
  /** `sha256:…`, where the registry told it. */
  readonly digest?: string;
  /** `config.User` of the image, where the registry told it; `""` = root, as images without one run. */
  readonly user?: string;
}

/** Everything that decides about a job's environment. */
export interface EnvironmentQuestion {
  /** Path of the notebook in the repository. */
  readonly notebook: string;
  readonly build: NonNullable<EffectiveSpec["build"]>;
  readonly base: BaseImage;
  readonly facts: SourceFacts;
}

/** What the image is built by. */
export type DockerfilePlan =
  /** Written by us: the same facts always give the same bytes. */
  | { readonly kind: "generated"; readonly text: string }
  /** The repository's own, at `path`. */
  | { readonly kind: "repository"; readonly path: string; readonly text: string; readonly target?: string }
  /** Nothing has to be built: the base image is the environment. */
  | { readonly kind: "none" };

/** An environment: what it is made from, and how. Pure data; the same question always gives the same plan. */
export interface EnvironmentPlan {
  readonly source: EnvironmentSource;
  readonly dockerfile: DockerfilePlan;
  /** Build context: directory of the repository, `.` for its root. */
  readonly context: string;
  /** Files of the repository that the build reads, besides the Dockerfile; sorted. Empty = no source is needed. */
  readonly copies: readonly string[];
  /** What pip installs; absent where nothing is, or where the repository's own Dockerfile decides. */
  readonly installation?: Installation;
  readonly buildArgs: Readonly<Record<string, string>>;
  /** Labels of the image. */
  readonly labels: Readonly<Record<string, string>>;
  /** `sha256:` and 64 hex digits: environments with the same one are the same. */
  readonly digest: string;
  /** Whether everything in it is pinned: base by digest, each requirement exactly. */
  readonly isPinned: boolean;
  /** Whether everything but the base image is. */
  readonly isPinnedOnBase: boolean;
  /** Whether the image holds the repository at its commit (`includeSource`). */
  readonly includesSource: boolean;
  /** Directory of the image that holds the repository as it is at the commit: by `includeSource`, or by a Dockerfile. */
  readonly repositoryAt?: string;
  /** Requirement file that pins every package, if one does. */
  readonly lockedBy?: string;
  /** requirements.txt that was inferred from the notebook's imports. */
  readonly inferredRequirements?: string;
  /** What is legal but unwise, one sentence each. */
  readonly warnings: readonly string[];
}

/** One thing that keeps an environment from being built, where it is, and how to mend it. */
export interface EnvironmentProblem {
  readonly path?: string;
  /** From 1. */
  readonly line?: number;
  /** What follows the place in a sentence, without a final full stop. */
  readonly message: string;
  /** A command or an edit that mends it. */
  readonly fix?: string;
}

/** The answer to an {@link EnvironmentQuestion}. */
export type EnvironmentAnswer =
  | { readonly kind: "planned"; readonly plan: EnvironmentPlan }
  | {
      readonly kind: "rejected";
      /** Of the failure catalogue. */
      readonly reason:
        | "RequirementsNotFound"
        | "RequirementsInvalid"
        | "UnpinnedDependencies"
        | "DependencyHashMissing"
        | "DependencyConflict"
        | "DockerfileNotFound"
        | "DockerfileInvalid";
      /** What is wrong as a whole: one sentence without a final full stop. */
      readonly message: string;
      /** Each of them, in order. */
      readonly problems: readonly EnvironmentProblem[];
    };
