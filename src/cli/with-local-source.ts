import { isJsonObject } from "../kube/json.js";

type Json = Record<string, unknown>;

/**
 * A job whose repository something on this computer stands for. The Git source stays for the record; credentials are not
 * needed.
 * @param name of what takes the repository's place
 */
export function withLocalSource(object: Json, name: string): Json {
  const spec = isJsonObject(object.spec) ? object.spec : {};
  const notebook = isJsonObject(spec.notebook) ? spec.notebook : {};
  const git = isJsonObject(notebook.git) ? notebook.git : {};
  const { credentialsSecret: _, ...rest } = git;
  const local = { url: `https://local.invalid/${encodeURIComponent(name) || "tree"}`, ref: "HEAD", ...rest };
  const own = { ...spec, notebook: { ...notebook, git: local } };
  return {
    ...object,
    spec: isJsonObject(spec.goldenNotebook)
      ? { ...own, goldenNotebook: localGolden(spec.goldenNotebook, git.url) }
      : own,
  };
}

/** A golden notebook of the repository whose place the directory takes is in the directory, too. */
function localGolden({ git, ...golden }: Json, url: unknown): Json {
  return !isJsonObject(git) || git.url === url ? golden : { ...golden, git };
}
