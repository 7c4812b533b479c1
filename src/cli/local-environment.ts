import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { networkEnvironment } from "../operator/source/git-policy.js";

/** What of this process's environment a notebook may see, besides what its job gives it. */
const INHERITED = /^(?:LANG|LANGUAGE|LC_[A-Z]+|TZ|LD_LIBRARY_PATH)$/;

/** The variables that the container's image would bring: programs, language, proxies; nothing else of the user's shell. */
export function containerEnvironment(python: string, from: NodeJS.ProcessEnv = process.env): Record<string, string> {
  const inherited = Object.entries(from).filter(([name, value]) => INHERITED.test(name) && value !== undefined);
  const bin = dirname(python);
  const environment = join(bin, "..", "pyvenv.cfg");
  return {
    LANG: "C.UTF-8",
    ...(Object.fromEntries(inherited) as Record<string, string>),
    ...networkEnvironment(from),
    PATH: [bin, from.PATH ?? "/usr/local/bin:/usr/bin:/bin"].join(":"),
    ...(existsSync(environment) ? { VIRTUAL_ENV: dirname(bin) } : {}),
  };
}
