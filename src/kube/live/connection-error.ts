import { isKubeError, KubeError } from "../kube-error.js";

/** Maps what undici, TLS, DNS and JSON.parse throw. Only error codes are passed on, never addresses or content. */
export function connectionError(error: unknown, signal: AbortSignal | undefined): KubeError {
  if (isKubeError(error)) return error;
  if (signal?.aborted) return aborted();
  const code =
    (error as NodeJS.ErrnoException).code ?? ((error as Error).cause as NodeJS.ErrnoException | undefined)?.code;
  // What JSON.parse says quotes the answer, which may be a Secret: it is no cause that a log may show.
  if (error instanceof SyntaxError) return unusable("the answer is not JSON");
  return unusable(code ?? (error as Error).name ?? "unknown error", error);
}

function unusable(what: string, cause?: unknown): KubeError {
  const message = `no usable answer from the API server: ${what}`;
  return new KubeError({ reason: "ConnectionFailed", message, cause });
}

export function aborted(): KubeError {
  return new KubeError({ reason: "Aborted", message: "the call was aborted" });
}
