import type { ModelValidation, ServingPlatform } from "../api/index.js";

/** A model by name, in the job's namespace unless it says otherwise. */
export interface ModelReference {
  readonly namespace: string;
  readonly name: string;
}

/** Whether a model can answer. */
export type ModelReadiness =
  | { readonly kind: "ready"; readonly url: string; readonly version?: string }
  | { readonly kind: "not-ready"; readonly message: string }
  | { readonly kind: "absent" };

/** A request to a model server, to be sent by the operator's shell. */
export interface PredictionRequest {
  readonly url: string;
  readonly body: string;
}

/** One serving platform. Reads objects and answers that the shell fetched; sends nothing itself. */
export interface ServingAdapter<O> {
  readonly platform: ServingPlatform;
  /** Whether the platform serves here, by the API groups of the cluster. */
  detect(apiGroups: readonly string[]): boolean;
  ready(model: ModelReference, seen: readonly O[]): ModelReadiness;
  predict(
    model: ModelReference,
    url: string,
    wanted: NonNullable<ModelValidation["predictionValidation"]>,
  ): PredictionRequest;
}
