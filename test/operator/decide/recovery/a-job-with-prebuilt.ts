import { aBuildingJob } from "../../kit/a-building-story.js";

export const PREBUILT = "registry.example.com/data-science:2026.1";

/** A building job that names a pre-built image, too. */
export function aJobWithPrebuilt(spec: object = {}, buildConfig: object = {}): ReturnType<typeof aBuildingJob> {
  const podConfig = { containerImage: PREBUILT, buildConfig: { enabled: true, ...buildConfig } };
  return aBuildingJob().with({ retryPolicy: { jitter: false, maxBuildRetries: 0 }, podConfig, ...spec });
}
