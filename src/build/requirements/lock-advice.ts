import { directoryOf } from "../repository-path.js";

/**
 * The command that locks a requirements file: every package with all that it depends on, exactly and by hash.
 * @param path the file, relative to the repository's root, where the command is run
 */
export function lockCommand(path: string): string {
  const input = inputOf(path);
  return `keep the packages that you chose in ${input}, then: pip-compile --generate-hashes --output-file=${quoted(path)} ${quoted(input)}`;
}

function inputOf(path: string): string {
  const directory = directoryOf(path);
  const name = path.slice(directory === "" ? 0 : directory.length + 1);
  const stem = name.replace(/\.[^.]*$/, "");
  return `${directory === "" ? "" : `${directory}/`}${stem}.in`;
}

function quoted(path: string): string {
  return /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}
