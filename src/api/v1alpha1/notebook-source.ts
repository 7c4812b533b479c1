// Which notebook a job validates, and where it comes from.
import { z } from "zod";
import { gitRef, gitUrl, jsonMap, notebookPath, object, objectName, repositoryPath, text } from "../schema/index.js";

/** A repository, a place in its history, and who may read it. */
export const GitSource = object({
  url: gitUrl().describe(
    "Address of the repository: https, http, git or ssh. No password in it: see credentialsSecret.",
  ),
  ref: gitRef().describe(
    "Branch, tag or commit (full or short SHA). It is resolved to a commit once per run, and recorded in status.source.",
  ),
  follow: z
    .boolean()
    .default(false)
    .describe(
      "Start a new run when the branch moves: asked at the operator's followInterval (5m), or at once when the job is annotated mlops.dev/source-changed.",
    ),
  credentialsSecret: objectName()
    .exactOptional()
    .describe(
      "Secret in the job's namespace: kubernetes.io/basic-auth (username, password or token), kubernetes.io/ssh-auth (ssh-privatekey, known_hosts), or opaque with the same keys. The notebook never sees it.",
    ),
});
export type GitSource = z.infer<typeof GitSource>;

const place = {
  path: notebookPath().describe("The notebook, relative to the repository's root."),
  kernel: text({ max: 253, min: 1 })
    .exactOptional()
    .describe("Name of the kernelspec that runs it.")
    .meta({ operatorDefault: "the notebook's own kernelspec" }),
  workingDirectory: repositoryPath()
    .exactOptional()
    .describe("Directory in which the kernel starts, relative to the repository's root.")
    .meta({ operatorDefault: "the notebook's own directory" }),
};

/** The notebook under validation. */
export const NotebookSource = object({
  git: GitSource.describe("Repository that holds the notebook."),
  ...place,
  parameters: jsonMap(128)
    .exactOptional()
    .describe("Values for the cell tagged `parameters`, as papermill injects them: name to any JSON value."),
});
export type NotebookSource = z.infer<typeof NotebookSource>;

/** A notebook with outputs that are known to be right. */
export const GoldenNotebook = object({
  git: GitSource.exactOptional()
    .describe("Repository that holds the golden notebook.")
    .meta({ operatorDefault: "the repository and commit of spec.notebook" }),
  ...place,
});
export type GoldenNotebook = z.infer<typeof GoldenNotebook>;
