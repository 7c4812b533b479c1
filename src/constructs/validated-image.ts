import { KIND, NotebookValidationJobStatus, UserError } from "../api/index.js";
import { pinningOf } from "./image-reference.js";

/**
 * The image that a job's notebook passed with, as `repository@sha256:…`.
 * @param job the object as the cluster has it: what `kubectl get nvj NAME -o json` prints
 * @throws UserError when there is no such image: the job has not passed, its verdict is about an older spec, or its
 *   notebook ran on an image that was not built from its repository
 */
export function validatedImage(job: unknown): string {
  const { kind, metadata, status } = (job ?? {}) as Partial<Record<string, Readonly<Record<string, unknown>>>>;
  if ((kind as unknown) !== KIND) {
    throw new UserError({ what: `this is no ${KIND}`, fix: "kubectl get nvj NAME -o json" });
  }
  const name = `job ${typeof metadata?.["name"] === "string" ? metadata["name"] : ""}`;
  const parsed = NotebookValidationJobStatus.safeParse(status ?? {});
  if (!parsed.success) throw new UserError({ what: `${name}: its status is not one that this version reads` });
  const { verdict, observedGeneration, buildStatus, message } = parsed.data;
  if (verdict !== "Passed" && verdict !== "PassedWithWarnings") {
    throw new UserError({
      what: `${name} has not passed: ${verdict ?? "it has no verdict yet"}`,
      ...(message === undefined ? {} : { where: [message] }),
      fix:
        verdict === undefined
          ? "wait for a pass: `nbv status NAME --watch` ends with it"
          : "mend what `nbv status NAME` tells, and let it run anew",
    });
  }
  if (typeof metadata?.["generation"] === "number" && metadata["generation"] !== observedGeneration) {
    throw new UserError({
      what: `${name} was changed after its verdict`,
      fix: "wait for the verdict on the new spec: `nbv status NAME --watch` ends with it",
    });
  }
  const image = buildStatus?.recommendedImage;
  if (image === undefined || pinningOf(image) !== "digest") {
    throw new UserError({
      what: `${name} passed, but not on an image of its own environment`,
      fix: "set podConfig.buildConfig.enabled, or give the digest of the image that it ran on yourself",
    });
  }
  return image;
}
