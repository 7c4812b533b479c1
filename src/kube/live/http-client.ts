import { type Dispatcher, request } from "undici";
import type { Clock } from "../clock.js";
import { untilAborted } from "../deadline.js";
import { KubeError } from "../kube-error.js";
import type { Random } from "../random.js";
import type { Resource } from "../resource.js";
import { readError, readJson } from "./answer.js";
import type { Access, Connection, Traffic } from "./connection.js";
import { aborted, connectionError } from "./connection-error.js";
import type { RequestRecord, RequestVerb } from "./request-record.js";
import { Retry, type RetryLimits } from "./retry.js";

export interface ApiRequest {
  readonly verb: RequestVerb;
  readonly resource: Resource;
  readonly subresource?: "status" | "log";
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly body?: unknown;
  /** @default application/json */
  readonly contentType?: string;
  readonly signal?: AbortSignal | undefined;
}

export interface HttpClientOptions {
  readonly connection: Connection;
  readonly clock: Clock;
  readonly random: Random;
  /** How long the server may take to begin an answer, and between two parts of one that is no stream; milliseconds. */
  readonly timeoutMs: number;
  readonly maxAnswerBytes: number;
  readonly maxStreams: number;
  readonly retry: RetryLimits;
  readonly userAgent: string;
  readonly onRequest: ((record: RequestRecord) => void) | undefined;
}

/** The server's own limit for requests that are no streams: a longer one is cut to this. */
const SERVER_TIMEOUT_MS = 60_000;
/** How much longer than the server we wait, so that its word comes before our patience ends. */
const PATIENCE = 1.2;

/** HTTP to one API server: pooled, untyped JSON, patient with a busy server, every failure a `KubeError`. */
export class HttpClient {
  readonly #options: HttpClientOptions;
  #streams = 0;

  constructor(options: HttpClientOptions) {
    this.#options = options;
  }

  /** A whole JSON answer. */
  json(call: ApiRequest): Promise<unknown> {
    const { timeoutMs, maxAnswerBytes } = this.#options;
    // A write that we no longer wait for should not be done either.
    const timeout = timeoutMs < SERVER_TIMEOUT_MS ? `${timeoutMs}ms` : undefined;
    const limited = { ...call, query: { ...call.query, timeout } };
    return this.#repeated(limited, async () => readJson(await this.#send(limited, "request"), maxAnswerBytes));
  }

  /** A streamed answer, chunk by chunk. Ends normally when the signal aborts. */
  async *stream(call: ApiRequest): AsyncIterable<Uint8Array> {
    const { maxStreams } = this.#options;
    if (call.signal?.aborted) return;
    if (this.#streams >= maxStreams) {
      throw new KubeError({ reason: "TooManyRequests", code: 0, message: `${maxStreams} watches and logs are open` });
    }
    this.#streams += 1;
    try {
      const answer = await this.#repeated(call, () => this.#send(call, "stream"));
      for await (const chunk of answer.body as AsyncIterable<Uint8Array>) yield chunk;
    } catch (error) {
      if (call.signal?.aborted) return;
      throw connectionError(error, call.signal);
    } finally {
      this.#streams -= 1;
    }
  }

  async close(): Promise<void> {
    await this.#options.connection.close();
  }

  async #repeated<R>(call: ApiRequest, work: () => Promise<R>): Promise<R> {
    const { clock, random, retry: limits } = this.#options;
    const retry = new Retry(limits, random, call.method === "GET");
    for (;;) {
      try {
        return await work();
      } catch (thrown) {
        const error = connectionError(thrown, call.signal);
        const wait = retry.after(error);
        if (wait === undefined) throw error;
        if (wait > 0) await clock.sleep(wait, call.signal).catch(() => undefined);
        if (call.signal?.aborted) throw aborted();
      }
    }
  }

  async #send(call: ApiRequest, traffic: Traffic): Promise<Dispatcher.ResponseData> {
    const { connection, clock } = this.#options;
    if (call.signal?.aborted) throw aborted();
    let access = await this.#access(connection, traffic, call.signal);
    for (let isSecond = false; ; isSecond = true) {
      const answer = await this.#exchange(call, access, traffic);
      if (answer.statusCode >= 200 && answer.statusCode < 300) return answer;
      const error = await readError(answer, clock.now());
      // Whom the server does not know it has not served: with newer credentials any request may come again, once.
      if (answer.statusCode !== 401 || isSecond || access.identity.refused === undefined) throw error;
      access.identity.refused();
      const renewed = await this.#access(connection, traffic, call.signal);
      if (sameIdentity(access, renewed)) throw error;
      access = renewed;
    }
  }

  #access(connection: Connection, traffic: Traffic, signal: AbortSignal | undefined): Promise<Access> {
    const access = connection.access(traffic);
    return signal === undefined ? access : untilAborted(signal, () => access);
  }

  async #exchange(call: ApiRequest, access: Access, traffic: Traffic): Promise<Dispatcher.ResponseData> {
    const { timeoutMs, userAgent, onRequest } = this.#options;
    const { verb, resource, subresource } = call;
    const begun = performance.now();
    let code = 0;
    try {
      const answer = await request(access.baseUrl + call.path + queryText(call.query), {
        dispatcher: access.dispatcher,
        method: call.method,
        headers: {
          ...access.identity.headers,
          accept: "application/json",
          "user-agent": userAgent,
          ...(call.body === undefined ? {} : { "content-type": call.contentType ?? "application/json" }),
        },
        ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
        ...(call.signal === undefined ? {} : { signal: call.signal }),
        headersTimeout: timeoutMs * PATIENCE,
        bodyTimeout: traffic === "stream" ? 0 : timeoutMs * PATIENCE,
      });
      code = answer.statusCode;
      return answer;
    } finally {
      const part = subresource === undefined ? {} : { subresource };
      onRequest?.({ verb, resource, ...part, code, durationMs: performance.now() - begun });
    }
  }
}

function sameIdentity(one: Access, other: Access): boolean {
  const [a, b] = [one.identity, other.identity];
  return JSON.stringify(a.headers) === JSON.stringify(b.headers) && one.dispatcher === other.dispatcher;
}

function queryText(query: ApiRequest["query"] = {}): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) parameters.set(name, String(value));
  const text = parameters.toString();
  return text === "" ? "" : `?${text}`;
}
