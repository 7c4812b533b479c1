import { UserError } from "../api/user-error.js";
import type { PlannedEnvironment } from "../local/index.js";
import { palette, printable } from "./output.js";
import type { RunProgress } from "./run-progress.js";

/**
 * Says what a cluster would say of the job's environment, and where that would be another one than here.
 * @returns the Dockerfile that a cluster would build it by, if any
 */
export async function noteEnvironment(
  plan: () => Promise<PlannedEnvironment | undefined>,
  progress: RunProgress,
): Promise<string | undefined> {
  const { yellow } = palette(process.stderr);
  const warn = (text: string): void => progress.line(`${yellow("warning:")} ${printable(text)}`);
  try {
    const planned = await plan();
    for (const warning of planned?.environment.warnings ?? []) warn(warning);
    for (const difference of planned?.environment.differences ?? []) progress.line(`· ${printable(difference)}`);
    return planned?.environment.dockerfile;
  } catch (error) {
    // Only where a Python was named: else the run has ended with these words by now.
    if (!(error instanceof UserError)) throw error;
    warn(`A cluster refuses this environment: ${[error.what, ...error.where].join("; ")}`);
    return undefined;
  }
}
