import type { CheckId } from "../checks/table.js";
import { ASSERTION_FEEDBACK } from "./checks/assertions.js";
import { CODE_QUALITY_FEEDBACK } from "./checks/code-quality.js";
import { DATA_QUALITY_FEEDBACK } from "./checks/data-quality.js";
import { EXECUTION_FEEDBACK } from "./checks/execution.js";
import { EXPECTATION_FEEDBACK } from "./checks/expectations.js";
import { SILENT_FAILURE_FEEDBACK } from "./checks/silent-failures.js";
import { STDERR_FEEDBACK } from "./checks/stderr.js";
import type { FeedbackEntry } from "./entry.js";

/** What each check teaches. */
export const CHECK_FEEDBACK: Readonly<Record<CheckId, FeedbackEntry>> = {
  ...EXECUTION_FEEDBACK,
  ...SILENT_FAILURE_FEEDBACK,
  ...DATA_QUALITY_FEEDBACK,
  ...STDERR_FEEDBACK,
  ...EXPECTATION_FEEDBACK,
  ...ASSERTION_FEEDBACK,
  ...CODE_QUALITY_FEEDBACK,
};
