import type { RecoveryAction } from "../api/index.js";
import { NOTEBOOK_CONTAINER, SOURCE_CONTAINER } from "../validation/index.js";
import type { Failure } from "./failure.js";

/** What a container is for: it fetches the source, runs the notebook, or somebody else added it. */
export type ContainerRole = "source" | "notebook" | "other";

/** What is to be known of a failure for its recoveries. */
export interface RecoverableFailure {
  /** Of its reason. @default `["retry"]` */
  readonly recoveries?: readonly RecoveryAction[] | undefined;
  readonly errorType: Failure["errorType"];
  readonly failedContainer?: string | undefined;
  /** @default what containers of our own pods with this name are for */
  readonly role?: ContainerRole | undefined;
  /** Whether a copy of the same commit in the image would fail alike. @default false */
  readonly isInCommit?: boolean | undefined;
}

/** Remedies that change the container of the notebook. */
const NOTEBOOKS: ReadonlySet<RecoveryAction> = new Set([
  "fallback-to-prebuilt",
  "fallback-build-strategy",
  "increase-memory",
]);

/**
 * What may be done about a failure, the first choice first: what its reason allows, as far as it helps the container that
 * failed. The same again is nothing for what is permanent.
 */
export function recoveriesOf(failure: RecoverableFailure): readonly RecoveryAction[] {
  const open = withOrWithoutRetry(failure.recoveries ?? ["retry"], failure.errorType);
  switch (failure.role ?? roleOfName(failure.failedContainer)) {
    case undefined:
      return open;
    case "notebook":
      return open.filter((action) => action !== "skip-init-container");
    case "source":
      return ofSource(open, failure);
    case "other":
      return open.filter((action) => action !== "skip-init-container" && !NOTEBOOKS.has(action));
  }
}

function withOrWithoutRetry(wanted: readonly RecoveryAction[], errorType: Failure["errorType"]): RecoveryAction[] {
  if (errorType === "permanent") return wanted.filter((action) => action !== "retry");
  return wanted.includes("retry") ? [...wanted] : ["retry", ...wanted];
}

/** The notebook's image is not to blame, and may hold the sources itself. What often passes is tried again before. */
function ofSource(open: readonly RecoveryAction[], { errorType, isInCommit }: RecoverableFailure): RecoveryAction[] {
  const rest = open.filter((action) => action !== "skip-init-container" && !NOTEBOOKS.has(action));
  if (isInCommit === true) return rest;
  const retries = errorType === "transient" && rest[0] === "retry" ? 1 : 0;
  return [...rest.slice(0, retries), "skip-init-container", ...rest.slice(retries)];
}

function roleOfName(container: string | undefined): ContainerRole | undefined {
  if (container === undefined) return undefined;
  if (container === SOURCE_CONTAINER) return "source";
  return container === NOTEBOOK_CONTAINER ? "notebook" : "other";
}
