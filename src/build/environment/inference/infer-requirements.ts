import { below, directoryOf, pathWithin, upwards } from "../../repository-path.js";
import type { FactsReader } from "../facts-reader.js";
import { distributionOf } from "./distribution-names.js";
import { localModule } from "./local-modules.js";
import { notebookCode } from "./notebook-code.js";
import { type PythonImport, pythonImports } from "./python-imports.js";
import { isStandardLibrary } from "./standard-library.js";

/** What a notebook's imports say about its environment. */
export interface InferredRequirements {
  /** Names of distributions, sorted, each once. */
  readonly distributions: readonly string[];
  /** A requirements.txt of them, to be committed. */
  readonly text: string;
  /** One sentence each. */
  readonly warnings: readonly string[];
}

/** Files of the repository that are followed. */
const MAX_FILES = 200;

/**
 * Infers the requirements of a notebook from what it imports, and what the repository's own modules that it imports import.
 * @returns why nothing can be said, as a clause that follows the notebook's name
 */
export function inferRequirements(notebook: string, reader: FactsReader): InferredRequirements | string {
  const path = pathWithin("", notebook) ?? notebook;
  if (!reader.isFile(path)) return "is not in the repository";
  const content = reader.read(path);
  if (content === undefined) return reader.whyUnreadable(path);
  const code = notebookCode(content);
  if (code.kind === "unknown") return code.why;

  const roots = upwards(directoryOf(path)).flatMap((directory) => [directory, below(directory, "src")]);
  const needed = new Map<string, Set<string>>();
  const optional = new Set<string>();
  const nowhere = new Map<string, string>();
  const queue: { readonly file: string; readonly imports: readonly PythonImport[] }[] = [
    { file: path, imports: code.cells.flatMap(pythonImports) },
  ];
  const seen = new Set([path]);
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    for (const each of next.imports) {
      const local = localModule(each, roots, next.file, reader);
      for (const file of local) {
        if (seen.has(file) || seen.size >= MAX_FILES) continue;
        seen.add(file);
        const text = reader.readText(file);
        if (text !== undefined) queue.push({ file, imports: pythonImports(text) });
      }
      if (local.length > 0 || each.level > 0 || isStandardLibrary(each.module.split(".")[0] ?? "")) continue;
      note(each);
    }
  }
  for (const name of needed.keys()) optional.delete(name);
  const distributions = [...needed.keys()].sort(byName);
  return { distributions, text: requirementsText(notebook, distributions, needed), warnings: warningsOf() };

  function note({ module, names, isOptional }: PythonImport): void {
    // `from google.cloud import storage` means google.cloud.storage.
    const candidates = names.length === 0 ? [module] : names.map((name) => `${module}.${name}`);
    for (const candidate of candidates) {
      const distribution = distributionOf(candidate);
      if (distribution.kind === "none") nowhere.set(module, distribution.why);
      else if (isOptional) optional.add(distribution.name);
      else {
        const modules = needed.get(distribution.name) ?? new Set();
        needed.set(distribution.name, modules.add(module.split(".")[0] ?? module));
      }
    }
  }

  function warningsOf(): string[] {
    return [
      ...[...nowhere].sort().map(([module, why]) => `The import of ${module} can't be provided: ${why}.`),
      ...(optional.size === 0
        ? []
        : [`Imported inside try, and therefore not installed: ${[...optional].sort(byName).join(", ")}.`]),
    ];
  }
}

function requirementsText(
  notebook: string,
  distributions: readonly string[],
  modules: ReadonlyMap<string, ReadonlySet<string>>,
): string {
  const lines = distributions.map((name) => {
    const others = [...(modules.get(name) ?? [])].filter((module) => module.toLowerCase() !== name.toLowerCase());
    return others.length === 0 ? name : `${name}  # ${others.sort().join(", ")}`;
  });
  return [`# Inferred from the imports of ${notebook}. Check, pin and commit it.`, ...lines, ""].join("\n");
}

function byName(a: string, b: string): number {
  const [left, right] = [a.toLowerCase(), b.toLowerCase()];
  return left < right ? -1 : left > right ? 1 : 0;
}
