import { isKubeError, KubeError } from "../kube-error.js";

/** Maps what undici, TLS, DNS and JSON.parse throw. Only error codes are passed on, never addresses or content. */
export function connectionError(error: unknown, signal: AbortSignal | undefined): KubeError {
  if (isKubeError(error)) return error;
  if (signal?.aborted) return aborted();
  const code =
    (error as NodeJS.ErrnoException).code ?? ((error as Error).cause as NodeJS.ErrnoException | undefined)?.code;
  const name =
    error instanceof SyntaxError ? "the answer is not JSON" : (code ?? (error as Error).name ?? "unknown error");
  return new KubeError({
    reason: "ConnectionFailed",
    message: `no usable answer from the API server: ${name}`,
    cause: error,
  });
}

export function aborted(): KubeError {
  return new KubeError({ reason: "Aborted", message: "the call was aborted" });
}
