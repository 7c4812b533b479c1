import { posix } from "node:path";
import { type RequirementSet, type RequirementSource, readRequirements } from "../../../src/build/index.js";
import { normalName } from "../../../src/build/requirements/normal-name.js";
import { withoutCredentials } from "../../../src/build/requirements/url.js";
import type { PipAnswer, PipCase, PipEntry } from "./pip-oracle.js";

/** The files of a case as a repository. */
export function repositoryOf({ files }: PipCase): RequirementSource {
  const paths = Object.keys(files);
  return {
    read: (path) => (Object.hasOwn(files, path) ? Buffer.from(files[path] as string) : undefined),
    kindOf: (path) => {
      if (paths.includes(path)) return "file";
      return path === "" || paths.some((file) => file.startsWith(`${path}/`)) ? "directory" : undefined;
    },
  };
}

/** What our reader makes of a case. */
export function read(question: PipCase): RequirementSet {
  const { file = "requirements.txt", cwd = "", env = {} } = question;
  return readRequirements(file, repositoryOf(question), { workingDirectory: cwd, variables: env });
}

/** One requirement in words that both sides can say. */
export type Comparable = Omit<PipEntry, "name"> & { readonly name: string | null };

/** Our entries in pip's words. */
export function ourEntries(set: RequirementSet): Comparable[] {
  return set.entries.map((entry) => {
    const hashes: Record<string, string[]> = {};
    for (const { algorithm, digest } of entry.hashes) (hashes[algorithm] ??= []).push(digest);
    const { target } = entry;
    return {
      file: entry.position.path,
      line: entry.position.line,
      constraint: entry.isConstraint,
      editable: entry.isEditable,
      name: entry.key ?? null,
      extras: entry.extras,
      clauses: target.kind === "index" ? sortedClauses(target.clauses.map((c) => [c.operator, c.version])) : [],
      url: target.kind === "index" ? null : target.kind === "local" ? `repository:${target.path}` : target.url,
      marker: entry.marker?.text ?? null,
      hashes: Object.fromEntries(Object.entries(hashes).map(([name, digests]) => [name, digests.sort()])),
    };
  });
}

/** pip's entries in the same words. */
export function pipEntries(answer: PipAnswer, question: PipCase): Comparable[] {
  return answer.entries.map((entry) => ({
    ...entry,
    name: entry.name === null ? null : normalName(entry.name),
    extras: [...new Set(entry.extras.map(normalName))].sort(),
    clauses: entry.url === null ? sortedClauses(entry.clauses) : [],
    url: entry.url === null ? null : comparableUrl(entry.url, question.cwd ?? ""),
  }));
}

function sortedClauses(clauses: readonly (readonly [string, string])[]): (readonly [string, string])[] {
  return [...clauses].sort((a, b) => (a.join(" ") < b.join(" ") ? -1 : 1));
}

function comparableUrl(url: string, cwd: string): string {
  const inRepository = /^file:(?:\/\/ROOT(?:\/|$)|(?!\/))([^#]*)/i.exec(url);
  if (inRepository === null) return withoutCredentials(url);
  const path = decodeURIComponent(inRepository[1] ?? "");
  const whole = posix.normalize(url.includes("ROOT") ? path : posix.join(cwd, path)).replace(/\/$/, "");
  return `repository:${whole === "." ? "" : whole}`;
}

/** The effect of our options in pip's words. */
export function ourOptions(set: RequirementSet): PipAnswer["options"] {
  let indexes: string[] = [];
  const links: string[] = [];
  let noIndex = false;
  const all = (name: string) => set.options.filter((option) => option.name === name);
  const lines = new Map<string, typeof set.options>();
  for (const option of set.options) {
    const key = `${option.position.path}:${option.position.line}`;
    lines.set(key, [...(lines.get(key) ?? []), option]);
  }
  for (const line of lines.values()) {
    const values = (name: string) => line.filter((option) => option.name === name).map((option) => option.value ?? "");
    if (values("--no-index").length > 0) [noIndex, indexes] = [true, []];
    const index = values("--index-url").at(-1);
    if (index !== undefined && index !== "" && !noIndex) indexes = [index];
    if (!noIndex) indexes = [...indexes, ...values("--extra-index-url")];
    const [first] = line.filter((option) => option.name === "--find-links");
    if (first !== undefined) links.push(first.path === undefined ? (first.value ?? "") : `repository:${first.path}`);
  }
  return {
    indexes,
    links,
    noIndex,
    hosts: all("--trusted-host").map((option) => option.value ?? ""),
    requireHashes: all("--require-hashes").length > 0,
    preferBinary: all("--prefer-binary").length > 0,
    ...binaries(set),
  };
}

/** Each name in one of the two sets at most; `:all:` and `:none:` empty them (pip's `FormatControl`). */
function binaries(set: RequirementSet): { noBinary: string[]; onlyBinary: string[] } {
  const sets = { "--no-binary": new Set<string>(), "--only-binary": new Set<string>() };
  for (const { name, value = "" } of set.options) {
    if (name !== "--no-binary" && name !== "--only-binary") continue;
    const target = sets[name];
    const other = sets[name === "--no-binary" ? "--only-binary" : "--no-binary"];
    let names = value.split(",");
    if (names.includes(":all:")) {
      other.clear();
      target.clear();
      target.add(":all:");
      names = names.slice(names.lastIndexOf(":all:") + 1);
      if (!names.includes(":none:")) continue;
    }
    for (const each of names) {
      if (each === ":none:") target.clear();
      else {
        other.delete(normalName(each));
        target.add(normalName(each));
      }
    }
  }
  return { noBinary: [...sets["--no-binary"]].sort(), onlyBinary: [...sets["--only-binary"]].sort() };
}

/** pip's options with places of the repository in our words, and without credentials. */
export function pipOptions(answer: PipAnswer, question: PipCase): PipAnswer["options"] {
  const repository = repositoryOf(question);
  return {
    ...answer.options,
    indexes: answer.options.indexes.map(withoutCredentials),
    links: answer.options.links.map((link) => {
      const path = posix.normalize(link.startsWith("ROOT") ? link.slice(5) : posix.join(question.cwd ?? "", link));
      const within = path === "." ? "" : path.replace(/\/$/, "");
      return /^[a-z]+:/i.test(link) || repository.kindOf(within) === undefined
        ? withoutCredentials(link)
        : `repository:${within}`;
    }),
  };
}
