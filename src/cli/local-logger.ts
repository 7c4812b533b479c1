import { type Logger, pino } from "pino";

/** The operator's own log is of interest only to those who look for a mistake: `NBV_DEBUG=1` writes it to stderr. */
export function localLogger(): Logger {
  const isWanted = (process.env.NBV_DEBUG ?? "") !== "";
  return pino({ level: isWanted ? "debug" : "silent" }, pino.destination({ dest: 2, sync: true }));
}
