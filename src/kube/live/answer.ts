import type { Dispatcher } from "undici";
import { errorFromStatus, KubeError } from "../kube-error.js";

/** Errors of the API server are small; what is longer is somebody else's page. */
const MAX_ERROR_BYTES = 64 * 1024;

/**
 * The JSON of an answer.
 * @throws KubeError `ConnectionFailed` when it is longer than `maxBytes`; SyntaxError when it is no JSON; what the body throws
 */
export async function readJson(answer: Dispatcher.ResponseData, maxBytes: number): Promise<unknown> {
  const body = await readBody(answer, maxBytes);
  if (body !== undefined) return JSON.parse(body.toString("utf8"));
  throw new KubeError({ reason: "ConnectionFailed", message: `an answer is longer than ${maxBytes} bytes` });
}

/** What a failed answer says. Never rejects. */
export async function readError(answer: Dispatcher.ResponseData, now: number): Promise<KubeError> {
  const header = answer.headers["retry-after"];
  const wait = retryAfterMs(Array.isArray(header) ? header[0] : header, now);
  let status: unknown;
  try {
    const body = await readBody(answer, MAX_ERROR_BYTES);
    status = body === undefined ? undefined : JSON.parse(body.toString("utf8"));
  } catch {
    // The status code has to do.
  }
  return errorFromStatus(answer.statusCode, status, wait);
}

/** Milliseconds of a Retry-After header: seconds, or an HTTP date. */
export function retryAfterMs(header: string | undefined, now: number): number | undefined {
  if (header === undefined) return undefined;
  if (/^\d+$/.test(header)) return Number(header) * 1000;
  const at = Date.parse(header);
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
}

async function readBody(answer: Dispatcher.ResponseData, maxBytes: number): Promise<Buffer | undefined> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  const announced = Number(answer.headers["content-length"] ?? 0);
  // Leaving the loop, or not entering it, closes the connection.
  if (announced > maxBytes) {
    answer.body.destroy();
    return undefined;
  }
  for await (const chunk of answer.body as AsyncIterable<Uint8Array>) {
    bytes += chunk.length;
    if (bytes > maxBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
