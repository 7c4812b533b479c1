import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer, type Server as TlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import type { SecureContextOptions } from "node:tls";
import { UserError } from "../../api/user-error.js";
import { type Address, addressText } from "./address.js";

/** What one path answers. */
export interface Answer {
  readonly status: number;
  readonly body: string;
  /** @default text/plain; charset=utf-8 */
  readonly contentType?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Answers a GET of a path without its query; `undefined` = there is no such path. */
export type Route = (path: string, request: IncomingMessage) => Promise<Answer | undefined> | Answer | undefined;

/** A server that listens. */
export interface Listener {
  /** The port that was asked for, or the free one that was found. */
  readonly port: number;
  /** New connections get this certificate. Only for TLS. */
  setCertificate(certificate: SecureContextOptions): void;
  /** Takes no more connections and ends those that are open. */
  close(): Promise<void>;
}

/** Longest time for a request to arrive, and for an idle connection to stay; milliseconds. */
const REQUEST_MS = 10_000;
const IDLE_MS = 60_000;
const MAX_HEADER_BYTES = 16 * 1024;
const MAX_CONNECTIONS = 256;

/** A request has no body that anybody reads. */
const METHODS: ReadonlySet<string> = new Set(["GET", "HEAD"]);

/**
 * Serves small answers to GET and HEAD.
 * @param tls certificate and key; absent = plain HTTP
 * @param name in errors: `--health-address`
 * @throws UserError when the address is taken or not ours
 */
export async function listen(
  name: string,
  address: Address,
  route: Route,
  tls?: SecureContextOptions,
): Promise<Listener> {
  const settings = { maxHeaderSize: MAX_HEADER_BYTES };
  const answer = (request: IncomingMessage, response: ServerResponse): void => void serve(route, request, response);
  const server: Server | TlsServer =
    tls === undefined
      ? createServer(settings, answer)
      : createTlsServer({ ...settings, ...tls, minVersion: "TLSv1.2", handshakeTimeout: REQUEST_MS }, answer);
  server.headersTimeout = REQUEST_MS;
  server.requestTimeout = REQUEST_MS;
  server.keepAliveTimeout = IDLE_MS;
  server.maxConnections = MAX_CONNECTIONS;
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      reject(new UserError({ what: `${name}: can't listen on ${addressText(address)} (${error.code ?? error.name})` }));
    });
    server.listen({ port: address.port, ...(address.host === undefined ? {} : { host: address.host }) }, resolve);
  });
  // A connection that fails is its client's matter.
  server.on("error", () => undefined);
  return {
    port: (server.address() as AddressInfo).port,
    setCertificate: (certificate) => {
      if ("setSecureContext" in server) server.setSecureContext({ ...certificate, minVersion: "TLSv1.2" });
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function serve(route: Route, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { status, body, contentType = "text/plain; charset=utf-8", headers = {} } = await answerOf(route, request);
  // What somebody sends along is not read: the connection ends instead of waiting for it.
  const hasBody = request.headers["content-length"] !== undefined || request.headers["transfer-encoding"] !== undefined;
  const bytes = Buffer.from(body);
  response.writeHead(status, {
    "content-type": contentType,
    "content-length": bytes.byteLength,
    "x-content-type-options": "nosniff",
    "cache-control": "no-store",
    ...(hasBody ? { connection: "close" } : {}),
    ...headers,
  });
  response.end(request.method === "HEAD" ? undefined : bytes);
}

async function answerOf(route: Route, request: IncomingMessage): Promise<Answer> {
  if (!METHODS.has(request.method ?? "")) {
    return { status: 405, body: "only GET and HEAD\n", headers: { allow: "GET, HEAD", connection: "close" } };
  }
  try {
    const path = (request.url ?? "/").split("?", 1)[0] ?? "/";
    return (await route(path, request)) ?? { status: 404, body: "not found\n" };
  } catch {
    return { status: 500, body: "internal error\n" };
  }
}
