import type { BuildStatus, BuildStrategyName } from "../../api/index.js";

/** A kind that the cluster must serve for a strategy to work; discovery decides, never a guess. */
export interface ApiKind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

/** One build, whoever carries it out. */
export interface BuildPlan {
  /** Name of the build's objects: `nbv-build-<key>-<n>`. */
  readonly name: string;
  readonly namespace: string;
  readonly url: string;
  readonly commit: string;
  readonly dockerfile: string;
  /** Stage of a multi-stage Dockerfile. */
  readonly target?: string;
  readonly buildArgs: Readonly<Record<string, string>>;
  /** `repository:tag` that the image is pushed to. */
  readonly image: string;
  /** Digest of everything that the environment is made from. */
  readonly environmentDigest: string;
  readonly timeoutMs: number;
}

/** What the cluster says about one build. */
export type BuildObservation =
  | { readonly kind: "pending" }
  | { readonly kind: "running"; readonly progress: Pick<BuildStatus, "currentStep" | "layersPulled"> }
  /** `image` is `repository@sha256:…`: what is validated is what was built. */
  | { readonly kind: "complete"; readonly image: string; readonly sizeBytes?: number; readonly cacheHit?: boolean }
  /** `reason` is of the failure catalogue. */
  | { readonly kind: "failed"; readonly reason: string; readonly message: string };

/** One way to turn source facts into an image. */
export interface BuildStrategy<O> {
  readonly name: BuildStrategyName;
  readonly needs: readonly ApiKind[];
  /** Objects of one attempt. Deterministic: applying them twice changes nothing. */
  objects(plan: BuildPlan): O[];
  observe(seen: readonly O[], plan: BuildPlan): BuildObservation;
}
