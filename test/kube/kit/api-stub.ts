import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { PeerCertificate, TLSSocket } from "node:tls";
import { createPki, type Pki } from "../../cluster/pki.js";

/** What one request said about its sender. */
export interface SeenRequest {
  readonly method: string;
  readonly url: string;
  readonly authorization: string | undefined;
  readonly impersonated: string | undefined;
  /** Common name of the client certificate. */
  readonly subject: string | undefined;
  readonly body: string;
}

export type Answer = (seen: SeenRequest, response: ServerResponse) => void;

/** An https server in the place of an API server. */
export interface ApiStub {
  readonly port: number;
  readonly seen: SeenRequest[];
  /** TLS connections so far. */
  connections: number;
  /** How many are open now. */
  open(): Promise<number>;
  /** @default an empty ConfigMap */
  answer: Answer;
  stop(): Promise<void>;
}

/** A directory with a PKI, for one test file. */
export async function stubPki(): Promise<{ directory: string; pki: Pki; remove: () => Promise<void> }> {
  const directory = await mkdtemp(join(tmpdir(), "api-stub-"));
  const pki = await createPki(join(directory, "pki"));
  return { directory, pki, remove: () => rm(directory, { recursive: true, force: true }) };
}

export const OBJECT: Answer = (_seen, response) => sendJson(response, 200, { metadata: { name: "a" } });

export function sendJson(
  response: ServerResponse,
  code: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  response.writeHead(code, { "content-type": "application/json", ...headers }).end(JSON.stringify(body));
}

export function unauthorized(response: ServerResponse): void {
  sendJson(response, 401, { kind: "Status", reason: "Unauthorized", code: 401, message: "Unauthorized" });
}

export async function startApiStub(pki: Pki, host = "127.0.0.1"): Promise<ApiStub> {
  const [cert, key, ca] = await Promise.all(
    [pki.serverCertificate, pki.serverKey, pki.authority].map((file) => readFile(file)),
  );
  const server = createServer({ cert, key, ca, requestCert: true, rejectUnauthorized: false });
  const stub: ApiStub = {
    get port() {
      return (server.address() as AddressInfo).port;
    },
    seen: [],
    connections: 0,
    open: () =>
      new Promise((resolve, reject) => server.getConnections((e, n) => (e === null ? resolve(n) : reject(e)))),
    answer: OBJECT,
    stop: () => stopServer(server),
  };
  server.on("secureConnection", () => {
    stub.connections += 1;
  });
  server.on("request", (request: IncomingMessage, response: ServerResponse) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const { authorization, "impersonate-user": acting } = request.headers;
      // Empty when the client has shown none.
      const subject = ((request.socket as TLSSocket).getPeerCertificate() as Partial<PeerCertificate>).subject;
      const seen: SeenRequest = {
        method: request.method ?? "",
        url: request.url ?? "",
        authorization,
        impersonated: Array.isArray(acting) ? acting.join() : acting,
        subject: subject === undefined ? undefined : [subject.CN].flat().join(),
        body: Buffer.concat(chunks).toString(),
      };
      stub.seen.push(seen);
      stub.answer(seen, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  return stub;
}

async function stopServer(server: Server): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve));
  server.closeAllConnections();
  await closed;
}

/** Writes a kubeconfig of one cluster, user and context. */
export async function writeKubeconfig(
  file: string,
  cluster: Readonly<Record<string, unknown>>,
  user: Readonly<Record<string, unknown>>,
): Promise<string> {
  const config = {
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "c", cluster }],
    users: [{ name: "u", user }],
    contexts: [{ name: "x", context: { cluster: "c", user: "u" } }],
    "current-context": "x",
  };
  await writeFile(file, JSON.stringify(config));
  return file;
}
