import { type NotebookValidationJob, readStatus } from "../api/index.js";
import type { NotebookValidationJobObject } from "../kube/resources.js";

/** A job of a cluster, read as far as it makes sense: an older rule or another operator may have let anything in. */
export function seenJob(object: NotebookValidationJobObject): NotebookValidationJob {
  const { notebook } = (object.spec ?? {}) as { notebook?: { path?: unknown } };
  const path = typeof notebook?.path === "string" ? notebook.path : "";
  return {
    ...object,
    spec: { ...(object.spec as object | undefined), notebook: { ...notebook, path } },
    status: readStatus(object.status),
  } as NotebookValidationJob;
}
