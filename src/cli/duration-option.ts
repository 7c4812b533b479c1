import { InvalidArgumentError } from "commander";
import { parseDuration } from "../api/index.js";

/** The value of an option that is a duration, as it was typed. @throws InvalidArgumentError when it is none */
export function durationText(value: string): string {
  try {
    parseDuration(value);
    return value;
  } catch {
    throw new InvalidArgumentError("Not a duration; examples: 90s, 15m, 1h30m.");
  }
}
