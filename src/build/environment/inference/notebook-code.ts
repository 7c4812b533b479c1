/** Code of a notebook's cells. */
export type NotebookCode =
  | { readonly kind: "python"; readonly cells: readonly string[] }
  /** Written in another language, or no notebook at all: a clause that follows its name. */
  | { readonly kind: "unknown"; readonly why: string };

/** Reads the Python cells of a notebook (nbformat 4); cells of other languages (`%%bash`) are left out. */
export function notebookCode(content: Uint8Array): NotebookCode {
  let notebook: unknown;
  try {
    notebook = JSON.parse(new TextDecoder().decode(content));
  } catch {
    return { kind: "unknown", why: "is not JSON" };
  }
  if (!isObject(notebook) || !Array.isArray(notebook.cells)) return { kind: "unknown", why: "has no cells" };
  const language = languageOf(notebook.metadata);
  if (language !== undefined && !/^python/i.test(language)) {
    return { kind: "unknown", why: `is written in ${language.slice(0, 40)}` };
  }
  const cells = notebook.cells.flatMap((cell: unknown) => {
    if (!isObject(cell) || cell.cell_type !== "code") return [];
    const source = textOf(cell.source);
    // Magics that take a whole cell: those that time Python or catch its output leave it Python.
    const magic = /^\s*%%(\w+)/.exec(source)?.[1];
    return magic === undefined || PYTHON_MAGICS.has(magic) ? [source] : [];
  });
  return { kind: "python", cells };
}

const PYTHON_MAGICS: ReadonlySet<string> = new Set(["time", "timeit", "capture", "prun", "python", "python3", "memit"]);

function languageOf(metadata: unknown): string | undefined {
  if (!isObject(metadata)) return undefined;
  for (const [part, field] of [
    ["language_info", "name"],
    ["kernelspec", "language"],
  ] as const) {
    const holder = metadata[part];
    const value = isObject(holder) ? holder[field] : undefined;
    if (typeof value === "string" && value !== "") return value;
  }
  return undefined;
}

function textOf(source: unknown): string {
  if (typeof source === "string") return source;
  return Array.isArray(source) ? source.filter((line) => typeof line === "string").join("") : "";
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
