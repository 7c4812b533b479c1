type Json = Record<string, unknown>;

/**
 * A job whose repository something on this computer stands for. The Git source stays for the record; credentials are not
 * needed.
 * @param name of what takes the repository's place
 */
export function withLocalSource(object: Json, name: string): Json {
  const spec = isObject(object.spec) ? object.spec : {};
  const notebook = isObject(spec.notebook) ? spec.notebook : {};
  const git = isObject(notebook.git) ? notebook.git : {};
  const { credentialsSecret: _, ...rest } = git;
  const local = { url: `https://local.invalid/${encodeURIComponent(name) || "tree"}`, ref: "HEAD", ...rest };
  const own = { ...spec, notebook: { ...notebook, git: local } };
  return {
    ...object,
    spec: isObject(spec.goldenNotebook) ? { ...own, goldenNotebook: localGolden(spec.goldenNotebook, git.url) } : own,
  };
}

/** A golden notebook of the repository whose place the directory takes is in the directory, too. */
function localGolden({ git, ...golden }: Json, url: unknown): Json {
  return !isObject(git) || git.url === url ? golden : { ...golden, git };
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
