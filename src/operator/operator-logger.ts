import { type DestinationStream, type LogFn, type Logger, pino } from "pino";
import type { LogLevel } from "./log-level.js";
import { loggable } from "./loggable.js";

/**
 * The operator's log: one JSON object per line, with `level` as a word and `time` as RFC 3339. No secret gets into it
 * (`loggable.ts`).
 * @param destination @default standard output, written at once: the last line before an exit is not lost
 */
export function operatorLogger(level: LogLevel, destination?: DestinationStream): Logger {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      // As they come: an error is made loggable below, with everything else.
      serializers: { err: (error: unknown) => error },
      formatters: {
        level: (label) => ({ level: label }),
        log: (fields) => loggable(fields) as Record<string, unknown>,
      },
      hooks: {
        logMethod(args, method) {
          const [first, ...rest] = args as unknown[];
          const words = rest.map((entry) => loggable(entry));
          if (typeof first === "string") return method.apply(this, [loggable(first), ...words] as Arguments);
          const fields = first instanceof Error ? { err: first } : first;
          // Where there are no words, pino would take the error's own as they are.
          const { err } = (fields ?? {}) as { err?: unknown };
          if (words.length === 0 && err instanceof Error) words.push(loggable(err.message));
          method.apply(this, [fields, ...words] as unknown as Arguments);
        },
      },
    },
    destination ?? pino.destination({ dest: 1, sync: true }),
  );
}

type Arguments = Parameters<LogFn>;
