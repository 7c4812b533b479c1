import { createHash } from "node:crypto";
import {
  type EnvironmentAnswer,
  type EnvironmentPlan,
  type EnvironmentQuestion,
  planEnvironment,
  type SourceFacts,
  type TreeEntry,
  wantedFiles,
} from "../../../src/build/index.js";

/** What a repository holds: text of files by path. */
export type Files = Readonly<Record<string, string>>;

export interface RepositoryOptions {
  readonly commit?: string;
  /** Links by path: where they lead. */
  readonly links?: Readonly<Record<string, string>>;
  /** Why files can't be read, by path. */
  readonly unreadable?: Readonly<Record<string, string>>;
  /** Sizes of files that are not held here. */
  readonly large?: Readonly<Record<string, number>>;
}

export const COMMIT = "c0ffee".padEnd(40, "0");
export const BASE_DIGEST = `sha256:${"ba5e".repeat(16)}`;

/** Facts of a commit with these files, of which nothing has been read yet. */
export function aRepository(files: Files, options: RepositoryOptions = {}): SourceFacts {
  const tree = new Map<string, TreeEntry>();
  const leaves: [string, TreeEntry["kind"], string, number?][] = [
    ...Object.entries(files).map(([path, text]): [string, "file", string, number] => [path, "file", text, text.length]),
    ...Object.entries(options.links ?? {}).map(([path, target]): [string, "link", string] => [path, "link", target]),
    ...Object.entries(options.large ?? {}).map(([path, size]): [string, "file", string, number] => [
      path,
      "file",
      "",
      size,
    ]),
  ];
  for (const [path, kind, content, size] of leaves) {
    tree.set(path, { path, kind, objectId: sha1(content), ...(size !== undefined && { size }) });
  }
  const directories = new Set(leaves.flatMap(([path]) => parents(path)));
  for (const path of [...directories].sort().reverse()) {
    const start = path === "" ? "" : `${path}/`;
    const inside = leaves
      .filter(([each]) => each.startsWith(start))
      .map(([each, kind, content]) => `${kind} ${each} ${sha1(content)}`);
    tree.set(path, { path, kind: "directory", objectId: sha1(inside.sort().join("\n")) });
  }
  const unreadable = new Map(Object.entries(options.unreadable ?? {}));
  return { commit: options.commit ?? COMMIT, tree, files: new Map(), unreadable };
}

export interface Asked {
  readonly notebook?: string;
  readonly build?: Partial<EnvironmentQuestion["build"]>;
  readonly base?: EnvironmentQuestion["base"];
  readonly repository?: RepositoryOptions;
}

/** The answer, and the files that were read for it: those that were wanted, and no others. */
export interface Answered {
  readonly answer: EnvironmentAnswer;
  readonly read: readonly string[];
}

/** Has the dialogue that the operator has: reads what is wanted until nothing is. */
export function ask(files: Files, asked: Asked = {}): Answered {
  const facts = aRepository(files, asked.repository);
  const contents = new Map<string, Uint8Array>();
  const question: EnvironmentQuestion = {
    notebook: asked.notebook ?? "notebooks/train.ipynb",
    build: {
      enabled: true,
      autoGenerateRequirements: true,
      allowUnpinned: true,
      preferDockerfile: false,
      includeSource: false,
      publishToRegistry: false,
      reuseIfExists: false,
      ...asked.build,
    },
    base: asked.base ?? { reference: "quay.io/jupyter/minimal-notebook:2025-03-14", digest: BASE_DIGEST },
    facts: { ...facts, files: contents },
  };
  for (let round = 0; ; round++) {
    const wanted = wantedFiles(question);
    if (wanted.length === 0) return { answer: planEnvironment(question), read: [...contents.keys()].sort() };
    if (round === 300) throw new Error(`the dialogue does not end: ${wanted.join(", ")}`);
    for (const path of wanted) {
      if (contents.has(path)) throw new Error(`${path} is wanted twice`);
      const text = files[asked.repository?.links?.[path] ?? path];
      if (text === undefined) throw new Error(`${path} is wanted, and the repository has no such file`);
      contents.set(path, new TextEncoder().encode(text));
    }
  }
}

/** The plan of an environment that has to be there. */
export function planOf(files: Files, asked: Asked = {}): EnvironmentPlan {
  const { answer } = ask(files, asked);
  if (answer.kind === "rejected") throw new Error(`${answer.reason}: ${JSON.stringify(answer.problems)}`);
  return answer.plan;
}

/** The rejection of an environment that must not be there. */
export function rejectionOf(files: Files, asked: Asked = {}): Extract<EnvironmentAnswer, { kind: "rejected" }> {
  const { answer } = ask(files, asked);
  if (answer.kind === "planned") throw new Error(`planned from ${answer.plan.source.kind}`);
  return answer;
}

/** Text of the Dockerfile that is built. */
export function dockerfileText({ dockerfile }: EnvironmentPlan): string {
  if (dockerfile.kind === "none") throw new Error("nothing is built");
  return dockerfile.text;
}

/** A notebook with these code cells. */
export function aNotebook(...cells: string[]): string {
  const code = cells.map((source) => ({ cell_type: "code", source, metadata: {}, outputs: [], execution_count: null }));
  const metadata = { kernelspec: { name: "python3", display_name: "Python 3", language: "python" } };
  return JSON.stringify({ cells: code, metadata, nbformat: 4, nbformat_minor: 5 });
}

function parents(path: string): string[] {
  const slash = path.lastIndexOf("/");
  return slash < 0 ? [""] : [...parents(path.slice(0, slash)), path.slice(0, slash)];
}

function sha1(text: string): string {
  return createHash("sha1").update(text).digest("hex");
}
