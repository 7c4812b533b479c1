/** `repository@sha256:…` from what a builder reports; `undefined` unless both parts are what they should be. */
export function builtImage(url: string | undefined, digest: string | undefined): string | undefined {
  const repository = repositoryOf(url?.trim() ?? "");
  const hash = digest?.trim() ?? "";
  if (repository === "" || !/^sha256:[0-9a-f]{64}$/.test(hash)) return undefined;
  return `${repository}@${hash}`;
}

/** Without transport, tag and digest. */
function repositoryOf(url: string): string {
  const reference = url.replace(/^(?:docker|oci):\/\//, "").replace(/@.*$/s, "");
  if (!/^[A-Za-z0-9][A-Za-z0-9._:/-]*$/.test(reference)) return "";
  const slash = reference.lastIndexOf("/");
  const colon = reference.indexOf(":", slash + 1);
  return colon < 0 ? reference : reference.slice(0, colon);
}
