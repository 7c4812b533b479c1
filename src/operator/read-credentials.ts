import { isKubeError } from "../kube/kube-error.js";
import type { MissingObject } from "../recovery/index.js";

/** Reads the decoded data of a Secret; rejects with a `KubeError`. */
export type ReadSecret = (namespace: string, name: string) => Promise<Readonly<Record<string, string>>>;

/** What became of reading a Secret that a job names. */
export type CredentialsSeen =
  | { readonly kind: "read"; readonly data: Readonly<Record<string, string>> }
  /** `reason` is of the failure catalogue. */
  | {
      readonly kind: "failed";
      readonly reason: "SecretMissing" | "ApiForbidden" | "ApiTransient";
      readonly message: string;
      /** The Secret, where it does not exist. */
      readonly missing?: MissingObject;
    };

/** @param what is in it, for people: "the Git credentials" */
export async function readCredentialsSecret(
  readSecret: ReadSecret,
  namespace: string,
  name: string,
  what: string,
): Promise<CredentialsSeen> {
  try {
    return { kind: "read", data: await readSecret(namespace, name) };
  } catch (error) {
    if (isKubeError(error, "NotFound")) {
      return {
        kind: "failed",
        reason: "SecretMissing",
        message: `the Secret ${name} with ${what} does not exist`,
        missing: { kind: "Secret", name },
      };
    }
    if (isKubeError(error, "Forbidden", "Unauthorized")) {
      return {
        kind: "failed",
        reason: "ApiForbidden",
        message: `the operator may not read the Secret ${name} with ${what}`,
      };
    }
    return { kind: "failed", reason: "ApiTransient", message: `the Secret ${name} with ${what} could not be read` };
  }
}
