// The object as a whole.
import { z } from "zod";
import { NotebookValidationJobSpec, type NotebookValidationJobSpecInput } from "./spec.js";
import { NotebookValidationJobStatus } from "./status/status.js";

export const GROUP = "mlops.mlops.dev";
export const VERSION = "v1alpha1";
export const API_VERSION = `${GROUP}/${VERSION}` as const;
export const KIND = "NotebookValidationJob";
export const LIST_KIND = "NotebookValidationJobList";
export const PLURAL = "notebookvalidationjobs";
export const SINGULAR = "notebookvalidationjob";
export const SHORT_NAMES = ["nvj", "nvjob"] as const;
export const CATEGORIES = ["mlops"] as const;

const OwnerReference = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  name: z.string(),
  uid: z.string(),
  controller: z.boolean().exactOptional(),
  blockOwnerDeletion: z.boolean().exactOptional(),
});

/** The metadata that we read; the API server judges the rest. */
const Metadata = z.looseObject({
  name: z.string().exactOptional(),
  generateName: z.string().exactOptional(),
  namespace: z.string().exactOptional(),
  uid: z.string().exactOptional(),
  resourceVersion: z.string().exactOptional(),
  generation: z.int().exactOptional(),
  creationTimestamp: z.string().exactOptional(),
  deletionTimestamp: z.string().exactOptional(),
  deletionGracePeriodSeconds: z.int().exactOptional(),
  labels: z.record(z.string(), z.string()).exactOptional(),
  annotations: z.record(z.string(), z.string()).exactOptional(),
  finalizers: z.array(z.string()).exactOptional(),
  ownerReferences: z.array(OwnerReference).exactOptional(),
  managedFields: z.array(z.unknown()).exactOptional(),
});

/** Metadata of a job; `name` is empty only while `generateName` is not yet resolved. */
export interface JobMetadata {
  name: string;
  generateName?: string;
  namespace?: string;
  uid?: string;
  resourceVersion?: string;
  generation?: number;
  creationTimestamp?: string;
  deletionTimestamp?: string;
  deletionGracePeriodSeconds?: number;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  finalizers?: string[];
  ownerReferences?: {
    apiVersion: string;
    kind: string;
    name: string;
    uid: string;
    controller?: boolean;
    blockOwnerDeletion?: boolean;
  }[];
  managedFields?: unknown[];
}

/** A notebook, the environment that it needs, and what counts as working: validated by the operator, reported in status. */
export const NotebookValidationJob = z.strictObject({
  apiVersion: z.literal(API_VERSION),
  kind: z.literal(KIND),
  metadata: Metadata,
  spec: NotebookValidationJobSpec.describe("What is asked for."),
  status: NotebookValidationJobStatus.exactOptional().describe("What the operator reports."),
});

/** A job as the API server stores it: defaults filled in. */
export interface NotebookValidationJob {
  apiVersion: typeof API_VERSION;
  kind: typeof KIND;
  metadata: JobMetadata;
  spec: NotebookValidationJobSpec;
  status?: NotebookValidationJobStatus;
}

/** A job as users write it: fields with defaults may be absent. */
export interface NotebookValidationJobInput {
  apiVersion: typeof API_VERSION;
  kind: typeof KIND;
  metadata: Partial<JobMetadata>;
  spec: NotebookValidationJobSpecInput;
}
