import { isDeepStrictEqual } from "node:util";
import type { Logger } from "pino";
import type { OperatorConfig } from "../api/index.js";
import type { Clock } from "../kube/index.js";
import { readOperatorConfig } from "./operator-config-file.js";

/** Between two looks, milliseconds. The kubelet brings a change of a ConfigMap within about a minute. */
const LOOK_MS = 30_000;

export interface WatchedConfig {
  readonly file: string;
  /** As it is in effect. */
  readonly config: OperatorConfig;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Resolves when the file says something else than what is in effect, and that is valid. Mistakes are logged once, and what
 * is in effect stays. Never resolves after `signal` has aborted.
 */
export async function configChange(watched: WatchedConfig, signal: AbortSignal): Promise<void> {
  const { file, config, clock, logger } = watched;
  let told: string | undefined;
  for (;;) {
    await clock.sleep(LOOK_MS, signal);
    try {
      const found = await readOperatorConfig(file);
      if (!isDeepStrictEqual(found, config)) return;
      if (told !== undefined) logger.info({ file }, "the configuration is in order again");
      told = undefined;
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      if (message !== told) logger.error({ err: error, file }, "the changed configuration is not used");
      told = message;
    }
  }
}
