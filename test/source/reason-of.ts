import { SourceError } from "../../src/operator/source-resolver.js";

/** Reason and message of the failure that a question to Git ends with. */
export async function reasonOf(work: Promise<unknown>): Promise<string> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return error instanceof SourceError ? `${error.reason}: ${error.message}` : String(error);
}
