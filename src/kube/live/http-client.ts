import { type Dispatcher, request } from "undici";
import { errorFromStatus, isKubeError, KubeError } from "../kube-error.js";
import type { Connection } from "./connection.js";

export interface ApiRequest {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly body?: unknown;
  /** @default application/json */
  readonly contentType?: string;
  readonly signal?: AbortSignal | undefined;
}

/** Errors of the API server are small; what is longer is somebody else's page. */
const MAX_ERROR_BYTES = 64 * 1024;

/** HTTP to one API server: pooled, untyped JSON, every failure a `KubeError`. */
export class HttpClient {
  readonly #connection: Connection;
  readonly #timeoutMs: number;

  /** @param timeoutMs longest wait for the beginning of an answer, and between two parts of one that is no stream */
  constructor(connection: Connection, timeoutMs: number) {
    this.#connection = connection;
    this.#timeoutMs = timeoutMs;
  }

  /** A whole JSON answer. */
  async json(call: ApiRequest): Promise<unknown> {
    const answer = await this.#send(call, this.#timeoutMs);
    try {
      return JSON.parse(await answer.body.text());
    } catch (error) {
      throw connectionError(error, call.signal);
    }
  }

  /** A streamed answer, chunk by chunk. Ends normally when the signal aborts. */
  async *stream(call: ApiRequest): AsyncIterable<Uint8Array> {
    try {
      const answer = await this.#send(call, 0);
      for await (const chunk of answer.body as AsyncIterable<Uint8Array>) yield chunk;
    } catch (error) {
      if (call.signal?.aborted) return;
      throw connectionError(error, call.signal);
    }
  }

  async close(): Promise<void> {
    await this.#connection.close();
  }

  async #send(call: ApiRequest, bodyTimeout: number): Promise<Dispatcher.ResponseData> {
    if (call.signal?.aborted) throw aborted();
    let answer: Dispatcher.ResponseData;
    try {
      const { baseUrl, headers, dispatcher } = await this.#connection.access();
      answer = await request(baseUrl + call.path + queryText(call.query), {
        dispatcher,
        method: call.method,
        headers: {
          ...headers,
          accept: "application/json",
          "user-agent": "notebook-validator-operator",
          ...(call.body === undefined ? {} : { "content-type": call.contentType ?? "application/json" }),
        },
        ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
        ...(call.signal === undefined ? {} : { signal: call.signal }),
        headersTimeout: this.#timeoutMs,
        bodyTimeout,
      });
    } catch (error) {
      throw connectionError(error, call.signal);
    }
    if (answer.statusCode >= 200 && answer.statusCode < 300) return answer;
    throw await errorOf(answer);
  }
}

async function errorOf(answer: Dispatcher.ResponseData): Promise<KubeError> {
  const retryAfter = answer.headers["retry-after"];
  const wait = retryAfterMs(Array.isArray(retryAfter) ? retryAfter[0] : retryAfter);
  return errorFromStatus(answer.statusCode, await shortJson(answer), wait);
}

async function shortJson(answer: Dispatcher.ResponseData): Promise<unknown> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  try {
    for await (const chunk of answer.body as AsyncIterable<Uint8Array>) {
      bytes += chunk.length;
      if (bytes > MAX_ERROR_BYTES) return undefined;
      chunks.push(chunk);
    }
    return JSON.parse(Buffer.concat(chunks).toString());
  } catch {
    return undefined; // the status code has to do
  }
}

/** Milliseconds of a Retry-After header: seconds, or an HTTP date. */
export function retryAfterMs(header: string | undefined, now: number = Date.now()): number | undefined {
  if (header === undefined) return undefined;
  if (/^\d+$/.test(header)) return Number(header) * 1000;
  const at = Date.parse(header);
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
}

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

function aborted(): KubeError {
  return new KubeError({ reason: "Aborted", message: "the call was aborted" });
}

function queryText(query: ApiRequest["query"] = {}): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) parameters.set(name, String(value));
  const text = parameters.toString();
  return text === "" ? "" : `?${text}`;
}
