import { existsSync, readFileSync } from "node:fs";

const PACKAGE = "notebook-validator-operator";

/** Version of the package that this code is part of, from the `package.json` above it. */
export function version(): string {
  for (let directory = new URL("./", import.meta.url), up = 0; up < 5; directory = new URL("../", directory), up++) {
    const file = new URL("package.json", directory);
    if (!existsSync(file)) continue;
    const { name, version: found } = JSON.parse(readFileSync(file, "utf8")) as { name?: string; version?: string };
    if (name === PACKAGE && found !== undefined) return found;
  }
  return "unknown";
}
