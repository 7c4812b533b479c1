import fc from "fast-check";
import type { BuildStrategyName } from "../../../../src/api/index.js";
import { aBuildingJob, BuildingStory, MINUTE } from "../../kit/a-building-story.js";

export const PREBUILT = "registry.example.com/data-science:2026.1";
const SHARED = { imageName: "nbv-environments", imageTag: "stable" };

/** Whatever the world may do next: mostly what was asked of it. */
export const move = fc.oneof(
  { weight: 2, arbitrary: fc.constant({ do: "look" } as const) },
  { weight: 30, arbitrary: fc.constant({ do: "advance" } as const) },
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant("world" as const),
      what: fc.constantFrom(
        "repository",
        "registry",
        "build made",
        "build runs",
        "build done",
        "pod",
        "pass",
        "publish",
      ),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant("trouble" as const),
      what: fc.constantFrom(
        ...([
          "Git down",
          "registry down",
          "cleared",
          "build fails",
          "build evicted",
          "build cancelled",
          "abandoned",
        ] as const),
        ...([
          "build gone",
          "cluster unknown",
          "no room",
          "pod fails",
          "pod gone",
          "publish fails",
          "unpinned",
        ] as const),
      ),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("user" as const),
      what: fc.constantFrom("edit", "suspend", "resume", "retry"),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ do: "crash" } as const) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("time" as const),
      ms: fc.constantFrom(1, 1000, MINUTE, 11 * MINUTE, 46 * MINUTE),
    }),
  },
);
export type Move = typeof move extends fc.Arbitrary<infer M> ? M : never;

/** Where a job builds, and how often its build may be tried again. */
export const setting = fc.record({
  strategies: fc.constantFrom<readonly BuildStrategyName[]>(["tekton"], ["s2i", "tekton"]),
  maxBuildRetries: fc.constantFrom(0, 1),
});
export type Setting = typeof setting extends fc.Arbitrary<infer S> ? S : never;

/** A job that builds, and names an image to fall back to. */
export function playedJob({ strategies, maxBuildRetries }: Setting): BuildingStory {
  const podConfig = { containerImage: PREBUILT, buildConfig: { enabled: true, ...SHARED } };
  const story = new BuildingStory(
    aBuildingJob()
      .with({ retryPolicy: { jitter: false, maxBuildRetries }, podConfig })
      .build(),
  );
  story.available = strategies;
  return story;
}
