import type { Resource } from "../resource.js";

/** The calls of `Cluster`, as requests: label `verb` of the metric of API requests. */
export type RequestVerb = "get" | "list" | "watch" | "create" | "replace" | "apply" | "patch" | "delete" | "logs";

/** One request to the API server; every repetition is one more. */
export interface RequestRecord {
  readonly verb: RequestVerb;
  readonly resource: Resource;
  /** Present for requests to one. */
  readonly subresource?: "status" | "log";
  /** HTTP status; 0 when no answer came. */
  readonly code: number;
  /** Until the answer began. */
  readonly durationMs: number;
}
