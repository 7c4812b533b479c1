import type { ApiKind } from "../build-strategy.js";

const shipwright = { group: "shipwright.io", version: "v1beta1" };

export const BUILD_RUN: ApiKind = { ...shipwright, kind: "BuildRun", plural: "buildruns" };
export const SHIPWRIGHT_STRATEGY: ApiKind = { ...shipwright, kind: "BuildStrategy", plural: "buildstrategies" };
