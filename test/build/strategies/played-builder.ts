import type { BuildObject, BuildPlan, BuildStrategy } from "../../../src/build/index.js";

/** What may become of a build. */
export const STORIES = [
  "never-appears",
  "waits-for-a-node",
  "succeeds",
  "fails-in-pip",
  "cancelled",
  "out-of-memory",
  "evicted",
  "image-pull",
  "times-out",
  "pod-refused",
  "result-too-large",
  "image-not-reported",
] as const;
export type Story = (typeof STORIES)[number];

/** The cluster's state at one moment: the main object's status, and the objects that the builder made besides. */
export interface Moment {
  readonly status: Readonly<Record<string, unknown>>;
  readonly related?: readonly BuildObject[];
}

/** A build controller that plays stories, with the words of the real one. */
export interface PlayedBuilder {
  readonly strategy: BuildStrategy;
  /** A plan that this strategy can carry out. */
  readonly plan: BuildPlan;
  /** Moments in their order; `undefined` when such a thing can't happen with this builder. */
  play(story: Story, main: BuildObject): readonly Moment[] | undefined;
}

/** Times of a story. */
export const AT = {
  created: "2026-11-21T10:00:00Z",
  started: "2026-11-21T10:00:05Z",
  ended: "2026-11-21T10:03:07Z",
} as const;
