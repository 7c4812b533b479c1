import type { ExpectedOutput, ValidationConfig } from "../api/index.js";
import { parseShape } from "../api/v1alpha1/validation.js";
import type { ExpectedOutputSettings, RunnerConfig } from "./runner-config.js";

type Expectations = Pick<RunnerConfig, "maxNaNFraction" | "expectedOutputs" | "expectedFiles" | "expectedLogs">;

/** What `config` expects of a notebook's results, in the form that the runner reads. */
export function expectations(config: ValidationConfig = {}): Expectations {
  const { maxNaNFraction, expectedOutputs = [], expectedFiles = [], expectedLogs = [] } = config;
  return {
    ...(maxNaNFraction !== undefined && { maxNaNFraction: Number(maxNaNFraction) }),
    expectedOutputs: expectedOutputs.map(settingsOf),
    expectedFiles: [...expectedFiles],
    expectedLogs: [...expectedLogs],
  };
}

function settingsOf({ shape, range, minValue, maxValue, ...rest }: ExpectedOutput): ExpectedOutputSettings {
  const lowest = highestOf(range?.[0], minValue);
  const highest = lowestOf(range?.[1], maxValue);
  return {
    ...rest,
    ...(shape !== undefined && { shape: parseShape(shape) }),
    ...(lowest !== undefined && { lowest }),
    ...(highest !== undefined && { highest }),
  };
}

type Bound = number | string | undefined;

/** Both a range and a single bound may be given: the narrower one counts. */
function highestOf(...bounds: readonly Bound[]): number | undefined {
  const numbers = bounds.flatMap((bound) => (bound === undefined ? [] : [Number(bound)]));
  return numbers.length === 0 ? undefined : Math.max(...numbers);
}

function lowestOf(...bounds: readonly Bound[]): number | undefined {
  const numbers = bounds.flatMap((bound) => (bound === undefined ? [] : [Number(bound)]));
  return numbers.length === 0 ? undefined : Math.min(...numbers);
}
