import type { ReadDockerfile } from "./read-instructions.js";

/** Docker's own, which read a Dockerfile as every builder does. */
const OWN_FRONTEND = /^(?:docker\.io\/)?docker\/dockerfile(?::1(?:[.-][^@]*)?)?(?:@sha256:[0-9a-f]{64})?$/;
/** Build argument by which BuildKit is told of a frontend beside the file. */
const FRONTEND_ARGUMENT = "BUILDKIT_SYNTAX";

/**
 * Image of a program that some builders let read the file in their place: what its instructions do there is not known.
 * @param buildArgs as the job gives them
 */
export function foreignFrontend(
  { syntax }: Pick<ReadDockerfile, "syntax">,
  buildArgs: Readonly<Record<string, string>> = {},
): string | undefined {
  return [syntax, buildArgs[FRONTEND_ARGUMENT]].find((image) => image !== undefined && !OWN_FRONTEND.test(image));
}
