import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Instant } from "../../src/api/index.js";
import { classificationValue } from "../../src/cli/classification.js";
import { classifyInput } from "../../src/cli/classify-input.js";
import { classifyObjects } from "../../src/cli/classify-objects.js";
import { classifyText, type FailureReason } from "../../src/recovery/index.js";

export const FIXTURES = join(import.meta.dirname, "../fixtures/failures");
/** Later than every grace period of the fixtures. */
export const LATE: Instant = Date.parse("2026-11-21T12:00:00Z");

export interface Answer {
  readonly failed: boolean;
  readonly reason?: FailureReason;
  readonly errorType?: string;
  readonly retryable?: boolean;
  readonly action?: string;
  readonly recoveries?: readonly string[];
  readonly message: string;
  readonly others?: readonly Answer[];
  readonly [field: string]: unknown;
}

/** What `nbv classify` answers. */
export function classified(file: string): Answer {
  const input = classifyInput(readFileSync(join(FIXTURES, file), "utf8"), file);
  if (input.kind === "objects") return classificationValue(classifyObjects(input.objects, LATE)) as Answer;
  const failure = classifyText(input.text);
  const found = failure && { found: { failure, isSettled: true } };
  return classificationValue([{ subject: { kind: "Text" }, ...found }]) as Answer;
}
