import type { NotebookValidationJobStatus } from "../api/index.js";

/** Health of an object as Argo CD shows it. */
export type HealthStatus = "Healthy" | "Progressing" | "Degraded" | "Suspended";

/** Health and its explanation, as Argo CD's health scripts return them. */
export interface Health {
  readonly status: HealthStatus;
  readonly message: string;
}

/** The part of a job that its health depends on. */
export interface HealthSubject {
  readonly generation: number;
  readonly status?: Pick<NotebookValidationJobStatus, "observedGeneration" | "phase" | "message">;
}
