import { below, directoryOf, pathWithin, upwards } from "../repository-path.js";
import { foreignFormat } from "../requirements/foreign-format.js";
import type { EnvironmentPlan } from "./environment-plan.js";
import type { FactsReader } from "./facts-reader.js";

/** Files that other tools make environments from. */
const OTHER_FILES = [
  "Containerfile",
  "Pipfile",
  "Pipfile.lock",
  "apt.txt",
  "conda-lock.yml",
  "environment.yaml",
  "environment.yml",
  "pdm.lock",
  "pixi.lock",
  "poetry.lock",
  "postBuild",
  "pylock.toml",
  "pyproject.toml",
  "runtime.txt",
  "setup.cfg",
  "setup.py",
  "uv.lock",
] as const;
/** Directories where they are looked for, too. */
const BINDER = ["binder", ".binder"] as const;
/** Files above it are named: every fetch of the repository copies them. */
const LARGE_BYTES = 50 * 1024 * 1024;

/**
 * Warns of files that look as if they made the environment and do not (and says what to do with the nearest, where nothing
 * else says what the notebook needs), and of files that make every fetch slow.
 */
export function repositoryWarnings(notebook: string, plan: EnvironmentPlan, reader: FactsReader): string[] {
  const home = directoryOf(pathWithin("", notebook) ?? "");
  const places = [...upwards(home), ...BINDER];
  const isUsed = (path: string) =>
    plan.source.path === path ||
    plan.copies.some((copied) => copied === "." || copied === path || path.startsWith(`${copied}/`));
  const unused = places
    .flatMap((directory) => OTHER_FILES.map((name) => below(directory, name)))
    .filter((path) => reader.isFile(path) && !isUsed(path));
  const large = reader
    .sortedEntries()
    .filter(({ kind, size }) => kind === "file" && (size ?? 0) > LARGE_BYTES)
    .sort((a, b) => (b.size ?? 0) - (a.size ?? 0));
  const [advice] = plan.source.path === undefined ? unused.flatMap((path) => foreignFormat(path) ?? []) : [];
  const [used, instead] = plan.source.path === undefined ? ["", ""] : [plan.source.path, " instead"];
  return [
    ...(unused.length === 0
      ? []
      : [`Found, but not used for the environment: ${unused.join(", ")}${used && ` (${used} is used${instead})`}.`]),
    ...(advice === undefined ? [] : [`To use ${advice.position.path}, ${advice.fix}.`]),
    ...(large.length === 0
      ? []
      : [`Every run fetches large files: ${large.slice(0, 3).map(told).join(", ")}${more(large.length - 3)}.`]),
  ];
}

function told({ path, size = 0 }: { readonly path: string; readonly size?: number }): string {
  return `${path} (${Math.round(size / 1024 / 1024)} MiB)`;
}

function more(count: number): string {
  return count > 0 ? ` and ${count} more` : "";
}
