import { createHash } from "node:crypto";
import { canonicalJson } from "../../api/index.js";

/** What makes an environment what it is: two with the same ingredients are the same environment. */
export interface EnvironmentIngredients {
  /** The Dockerfile without its labels; of an environment that needs no build, the base image. */
  readonly instructions: string;
  /** What the build reads of the repository: path, and SHA-256 of the content or Git's object id. */
  readonly files: readonly (readonly [path: string, content: string])[];
  readonly buildArgs: Readonly<Record<string, string>>;
  readonly target?: string;
  /** Of an image that holds the repository: the commit. */
  readonly commit?: string;
}

/** `sha256:` and 64 hex digits. The order of files and arguments plays no part. */
export function environmentDigest(ingredients: EnvironmentIngredients): string {
  const files = [...ingredients.files].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return `sha256:${sha256(canonicalJson({ ...ingredients, files }))}`;
}

/** SHA-256 as hex digits. */
export function sha256(content: string | Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}
