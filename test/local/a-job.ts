import { type NotebookValidationJob, parseJob } from "../../src/api/index.js";

/** A job as people write it, about `nb.ipynb`. */
export function aJob(podConfig: object, more: object = {}): NotebookValidationJob {
  const parsed = parseJob({
    apiVersion: "mlops.mlops.dev/v1alpha1",
    kind: "NotebookValidationJob",
    metadata: { name: "nb" },
    spec: {
      notebook: { git: { url: "https://git.example.org/a/b.git", ref: "main" }, path: "nb.ipynb", ...notebookOf(more) },
      podConfig,
      ...more,
    },
  });
  if (!parsed.ok) throw new Error(parsed.problems.map(({ field, message }) => `${field}: ${message}`).join("\n"));
  return parsed.job;
}

function notebookOf(more: object): object {
  return "notebook" in more && typeof more.notebook === "object" && more.notebook !== null ? more.notebook : {};
}
