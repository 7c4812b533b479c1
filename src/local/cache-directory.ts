import { homedir } from "node:os";
import { join } from "node:path";

/**
 * Where environments and packages are kept from one run to the next. Root's home is closed to the user that notebooks run
 * as, so root has another place.
 */
export function cacheDirectory(environment: NodeJS.ProcessEnv): string {
  const isRoot = process.getuid?.() === 0;
  const fallback = isRoot ? "/var/cache" : join(homedir(), ".cache");
  return join(environment.XDG_CACHE_HOME || fallback, "nbv");
}
