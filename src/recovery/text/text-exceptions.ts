import type { ErrorType } from "../../api/index.js";
import type { FailureReason } from "../reasons/catalogue.js";

/** Where a structured reason knows better than the words of a message. */
export interface TextException {
  /** Words as they stand in such a message. */
  readonly words: string;
  /** What they alone would say. */
  readonly floor: Exclude<ErrorType, "unknown">;
  /** Reasons that are classified otherwise. */
  readonly reasons: readonly FailureReason[];
  /** Which failures for these reasons are meant. @default all of them */
  readonly where?: string;
  readonly errorType: ErrorType;
  /** Why, one sentence. */
  readonly because: string;
}

/** Every deliberate exception to {@link TEXT_PATTERNS}. */
export const TEXT_EXCEPTIONS: readonly TextException[] = [
  {
    words: "out of memory",
    floor: "transient",
    reasons: ["OOMKilled", "BuildOutOfMemory"],
    errorType: "permanent",
    because:
      "the kernel killed the container at its own limit, and would do so again: only more memory helps (retryPolicy.memoryBump), or a changed spec",
  },
  {
    words: "cannot allocate memory",
    floor: "transient",
    reasons: ["BuildOutOfMemory"],
    errorType: "permanent",
    because: "a build that says so has reached the memory limit that the job gives it",
  },
  {
    words: "no space left on device",
    floor: "transient",
    reasons: ["EphemeralStorageExceeded"],
    errorType: "permanent",
    because: "the pod was evicted over its own limit of local storage, whatever it said before",
  },
  {
    words: "image … not found",
    floor: "permanent",
    reasons: ["ErrImagePull", "ImagePullBackOff"],
    where: "of an image that was built for the job",
    errorType: "transient",
    because:
      "it may have been pushed a moment ago or cleaned up since: the registry is asked, and what it lost is built again",
  },
  {
    words: "connection refused",
    floor: "transient",
    reasons: ["NotebookError", "CellTimeout", "ModuleMissing"],
    errorType: "permanent",
    because:
      "a cell raised it, and so with any other words: the notebook has to expect that what it asks for is away, or the check has to fail",
  },
  {
    words: "connection reset by peer",
    floor: "transient",
    reasons: ["DependencyHashMismatch", "DependencyResolution", "DependencyNotFound", "DependencyConflict"],
    errorType: "permanent",
    because:
      "the package index did answer in the end; only “no such version” after nothing but network trouble is network trouble",
  },
  {
    words: "timeout while connecting",
    floor: "transient",
    reasons: ["ValidationTimeout", "TotalTimeout", "BuildTimeout", "DeadlineExceeded"],
    errorType: "permanent",
    because: "the time that the job allows is over, whatever it was spent on",
  },
  {
    words: "permission denied",
    floor: "permanent",
    reasons: ["ApiTransient", "NodeLost", "Evicted", "Preempted"],
    errorType: "transient",
    because: "the platform took the pod away, or could not be asked: nothing was said about the job",
  },
];
