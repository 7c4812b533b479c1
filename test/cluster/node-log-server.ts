import { readFile } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { fromRfc3339 } from "../../src/api/instant.js";
import { isKubeError, type LogOptions } from "../../src/kube/index.js";
import type { Pki } from "./pki.js";

/** A container's log as the kubelet's address names it. */
export interface LogRequest {
  readonly namespace: string;
  readonly pod: string;
  readonly options: LogOptions;
}

/** The request and how its answer is to be written. */
interface Wanted extends LogRequest {
  /** Each line begins with its moment; `sinceTime` counts by those moments. */
  readonly timestamps: boolean;
}

/** The part of a kubelet that `pods/log` of the API server asks. */
export interface NodeLogServer {
  readonly port: number;
  close(): Promise<void>;
}

/** Options of kube-apiserver with which it may ask this server. Paths are below its working directory. */
export const KUBELET_CLIENT_ARGUMENTS = [
  "--kubelet-client-certificate=pki/admin.crt",
  "--kubelet-client-key=pki/admin.key",
  "--kubelet-certificate-authority=pki/ca.crt",
] as const;

/**
 * Serves `/containerLogs/<namespace>/<pod>/<container>` over https on loopback, to clients of this PKI only.
 * @param read the log; a `KubeError` becomes an answer in a kubelet's words
 */
export async function startNodeLogServer(
  pki: Pki,
  read: (request: LogRequest) => AsyncIterable<Uint8Array>,
): Promise<NodeLogServer> {
  const [cert, key, ca] = await Promise.all(
    [pki.serverCertificate, pki.serverKey, pki.authority].map((file) => readFile(file)),
  );
  const tls = { cert, key, ca, requestCert: true, rejectUnauthorized: true };
  const server = createServer(tls, (request, response) => void answer(request, response, read));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  read: (request: LogRequest) => AsyncIterable<Uint8Array>,
): Promise<void> {
  const gone = new AbortController();
  response.once("close", () => gone.abort());
  try {
    const wanted = logRequest(request, gone.signal);
    if (wanted === undefined) {
      response.writeHead(404).end("404 page not found\n");
      return;
    }
    const log = wanted.timestamps ? stamped(wanted, read) : read(wanted);
    for await (const chunk of log) {
      if (!response.headersSent) response.writeHead(200, { "content-type": "text/plain" });
      if (!response.write(chunk)) await new Promise<void>((resolve) => drained(response, resolve));
    }
    if (!response.headersSent) response.writeHead(200, { "content-type": "text/plain" });
    response.end();
  } catch (error) {
    const status = isKubeError(error, "NotFound") ? 404 : isKubeError(error, "BadRequest") ? 400 : 500;
    if (response.headersSent) response.destroy();
    else response.writeHead(status).end(error instanceof Error ? error.message : String(error));
  }
}

/** All lines of a log are this old, and in order: the same moment for the same line, however often it is read. */
const FIRST_MOMENT_S = Math.floor(Date.now() / 1000);
const NEWLINE = 0x0a;

async function* stamped(
  { options: { sinceTime, ...options }, ...wanted }: Wanted,
  read: (request: LogRequest) => AsyncIterable<Uint8Array>,
): AsyncIterable<Uint8Array> {
  const since = sinceTime === undefined ? 0 : (fromRfc3339(sinceTime) ?? 0);
  if (since > FIRST_MOMENT_S * 1000 + 999) return;
  const second = new Date(FIRST_MOMENT_S * 1000).toISOString().slice(0, 19);
  let line = 0;
  let isNewLine = true;
  for await (const chunk of read({ ...wanted, options })) {
    const parts: Uint8Array[] = [];
    for (let from = 0; from < chunk.length; ) {
      // Lines that no nanosecond is left for share the last one.
      if (isNewLine) parts.push(Buffer.from(`${second}.${String(Math.min(line++, 999_999_999)).padStart(9, "0")}Z `));
      const newline = chunk.indexOf(NEWLINE, from);
      const to = newline === -1 ? chunk.length : newline + 1;
      parts.push(chunk.subarray(from, to));
      isNewLine = newline !== -1;
      from = to;
    }
    yield Buffer.concat(parts);
  }
}

function logRequest(request: IncomingMessage, signal: AbortSignal): Wanted | undefined {
  const url = new URL(request.url ?? "/", "https://node");
  const [root, namespace, pod, container] = url.pathname.split("/").slice(1).map(decodeURIComponent);
  if (root !== "containerLogs" || namespace === undefined || pod === undefined || container === undefined) return;
  const limit = Number(url.searchParams.get("limitBytes") ?? Number.NaN);
  const since = url.searchParams.get("sinceTime") ?? undefined;
  const options: LogOptions = {
    container,
    follow: url.searchParams.get("follow") === "true",
    signal,
    ...(Number.isNaN(limit) ? {} : { limitBytes: limit }),
    ...(since === undefined || fromRfc3339(since) === undefined ? {} : { sinceTime: since }),
  };
  return { namespace, pod, options, timestamps: url.searchParams.get("timestamps") === "true" };
}

function drained(response: ServerResponse, resolve: () => void): void {
  response.once("drain", resolve);
  response.once("close", resolve);
}
