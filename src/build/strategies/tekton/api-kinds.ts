import type { ApiKind } from "../build-strategy.js";

const tekton = { group: "tekton.dev", version: "v1" };

export const PIPELINE_RUN: ApiKind = { ...tekton, kind: "PipelineRun", plural: "pipelineruns" };
export const TASK_RUN: ApiKind = { ...tekton, kind: "TaskRun", plural: "taskruns" };
