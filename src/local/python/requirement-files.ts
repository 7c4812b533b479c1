import { readFile } from "node:fs/promises";
import { dirname, join, normalize } from "node:path";
import { type BuildConfig, UserError } from "../../api/index.js";

/** The requirements that a job's environment comes from. */
export interface RequirementFiles {
  /** The file that is installed, relative to the repository root. */
  readonly path: string;
  /** Why this one: one clause. */
  readonly reason: string;
  /** It and every file that it includes, with content, in order of first mention. */
  readonly closure: readonly { readonly path: string; readonly text: string }[];
}

/** What decides about the requirements of a job. */
export interface RequirementsQuestion {
  /** Root of the repository's files. */
  readonly root: string;
  /** Path of the notebook, relative to it. */
  readonly notebook: string;
  readonly build?: BuildConfig | undefined;
}

const MAX_BYTES = 4 * 1024 * 1024;

/**
 * Finds the requirements of a job: the file that it names, else the first of those that it lists, else (unless it says
 * not to search) `requirements.txt` in the notebook's directory, each parent, the root.
 * @returns `undefined` when there is none
 * @throws UserError when a file that is named is not there
 */
export async function findRequirementFiles(question: RequirementsQuestion): Promise<RequirementFiles | undefined> {
  const { root, notebook, build } = question;
  if (build?.requirementsFile !== undefined) {
    const found = await read(root, build.requirementsFile);
    if (found !== undefined) return await withIncludes(root, build.requirementsFile, "named by requirementsFile");
    throw new UserError({
      what: `the repository has no ${build.requirementsFile}`,
      where: ["spec.podConfig.buildConfig.requirementsFile"],
    });
  }
  for (const path of build?.requirementsSources ?? []) {
    if ((await read(root, path)) !== undefined) return await withIncludes(root, path, "first of requirementsSources");
  }
  if (build?.autoGenerateRequirements === false) return undefined;
  for (let directory = dirname(notebook); ; directory = dirname(directory)) {
    const path = join(directory, "requirements.txt");
    if ((await read(root, path)) !== undefined) return await withIncludes(root, path, "nearest to the notebook");
    if (directory === "." || directory === "/") return undefined;
  }
}

async function withIncludes(root: string, path: string, reason: string): Promise<RequirementFiles> {
  const closure = new Map<string, string>();
  const visit = async (file: string): Promise<void> => {
    if (closure.has(file)) return;
    const text = await read(root, file);
    if (text === undefined) return;
    closure.set(file, text);
    for (const match of text.matchAll(/^\s*(?:-r|--requirement|-c|--constraint)[\s=]+(\S+)/gm)) {
      const included = match[1] ?? "";
      if (!/^[a-z]+:/i.test(included)) await visit(normalize(join(dirname(file), included)));
    }
  };
  await visit(normalize(path));
  return { path, reason, closure: [...closure].map(([file, text]) => ({ path: file, text })) };
}

async function read(root: string, path: string): Promise<string | undefined> {
  if (normalize(path).startsWith("..")) return undefined;
  try {
    const text = await readFile(join(root, path), "utf8");
    return text.length > MAX_BYTES ? undefined : text;
  } catch {
    return undefined;
  }
}
