import { type NotebookValidationJob, parseJob } from "../../src/api/index.js";

/** A job as people write it. @param more further fields of its spec @param path of the notebook */
export function aJob(podConfig: object, more: object = {}, path = "nb.ipynb"): NotebookValidationJob {
  const parsed = parseJob({
    apiVersion: "mlops.mlops.dev/v1alpha1",
    kind: "NotebookValidationJob",
    metadata: { name: "nb" },
    spec: { notebook: { git: { url: "https://git.example.org/a/b.git", ref: "main" }, path }, podConfig, ...more },
  });
  if (!parsed.ok) throw new Error(parsed.problems.map(({ field, message }) => `${field}: ${message}`).join("\n"));
  return parsed.job;
}
