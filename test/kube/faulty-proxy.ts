import { readFile, writeFile } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { Agent, createServer as createHttps, request, type Server } from "node:https";
import { type AddressInfo, createServer, type Socket } from "node:net";
import type { Random } from "../../src/kube/index.js";
import type { ControlPlane } from "../cluster/control-plane.js";

/** What goes wrong with one request, or with one connection. */
export const WIRE_FAULTS = [
  /** The connection is closed during the TLS handshake. */
  "handshake",
  /** The connection is reset before the request reaches the server. */
  "reset",
  /** The server does what it is asked, and its answer is lost. */
  "lost-answer",
  "429",
  "500",
  "503",
  "410",
  /** A watch says within its stream that the version has expired. */
  "expired-event",
  /** The connection is reset in the middle of the answer: within a line, a JSON value, or a character. */
  "truncate",
  /** The same with an end that looks proper. */
  "end-early",
  /** Nothing more comes, and the connection stays. */
  "silence",
  /** The answer comes late, and in small pieces. */
  "slow",
] as const;
export type WireFault = (typeof WIRE_FAULTS)[number];

export interface FaultyProxy {
  /** Path of a kubeconfig through the proxy. */
  readonly kubeconfig: string;
  /** How often each fault happened. */
  readonly happened: Map<WireFault, number>;
  /**
   * From now on `share` of all requests meet one of `faults`, chosen by `random`.
   * @param silenceMs after which a silent connection is reset; it may be for ever
   */
  spoil(faults: readonly WireFault[], share: number, random: Random, silenceMs?: number): void;
  /** Nothing is spoilt any more; what is silent stays silent. */
  heal(): void;
  stop(): Promise<void>;
}

/** Characters of more than one byte in it are good places to cut. */
const MAX_BYTES_BEFORE_FAULT = 3000;

interface Plan {
  readonly fault: WireFault;
  /** Bytes of the answer that still come through. */
  readonly after: number;
  readonly silenceMs: number | undefined;
}

/** Stands before a real API server and spoils what goes through. Ends TLS on both sides, as the API server's administrator. */
export async function startFaultyProxy(plane: ControlPlane): Promise<FaultyProxy> {
  const pki = `${plane.directory}/pki`;
  const [ca, cert, key, adminCert, adminKey] = await Promise.all(
    ["ca.crt", "apiserver.crt", "apiserver.key", "admin.crt", "admin.key"].map((name) => readFile(`${pki}/${name}`)),
  );
  const upstream = new Agent({ ca, cert: adminCert, key: adminKey, keepAlive: true });
  let draw: () => Plan | undefined = () => undefined;
  const happened = new Map<WireFault, number>();
  const sockets = new Set<Socket>();
  const web: Server = createHttps({ cert, key }, (incoming, response) => {
    const plan = draw();
    if (plan !== undefined) happened.set(plan.fault, (happened.get(plan.fault) ?? 0) + 1);
    forward(plane.server, upstream, incoming, response, plan);
  });
  const front = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined).once("close", () => sockets.delete(socket));
    const plan = draw();
    if (plan?.fault !== "handshake") return void web.emit("connection", socket);
    happened.set("handshake", (happened.get("handshake") ?? 0) + 1);
    socket.once("data", () => socket.destroy());
  });
  web.on("tlsClientError", () => undefined);
  await new Promise<void>((resolve) => front.listen(0, "127.0.0.1", resolve));
  const server = `https://127.0.0.1:${(front.address() as AddressInfo).port}`;
  const kubeconfig = `${plane.directory}/proxy-${(front.address() as AddressInfo).port}.json`;
  const direct = await readFile(plane.kubeconfig, "utf8");
  await writeFile(kubeconfig, direct.replaceAll(plane.server, server));
  return {
    kubeconfig,
    happened,
    spoil(faults, share, random, silenceMs) {
      draw = () => {
        if (random() >= share) return undefined;
        const fault = faults[Math.floor(random() * faults.length)] ?? "reset";
        // Early and late cuts in equal parts: within the first line, and after many.
        const after = Math.floor(MAX_BYTES_BEFORE_FAULT * random() ** 3);
        return { fault, after, silenceMs };
      };
    },
    heal() {
      draw = () => undefined;
    },
    async stop() {
      for (const socket of sockets) socket.destroy();
      upstream.destroy();
      await new Promise((resolve) => front.close(resolve));
    },
  };
}

const CODES = {
  "429": "TooManyRequests",
  "500": "InternalError",
  "503": "ServiceUnavailable",
  "410": "Expired",
} as const;

function forward(
  server: string,
  agent: Agent,
  incoming: IncomingMessage,
  response: ServerResponse,
  plan: Plan | undefined,
): void {
  // No API server says of a write that it is too old.
  const fault = plan?.fault === "410" && incoming.method !== "GET" ? "503" : plan?.fault;
  const { socket } = incoming;
  response.on("error", () => undefined);
  if (fault === "reset" || fault === "handshake") return void socket.destroy();
  if (fault === "429" || fault === "500" || fault === "503" || fault === "410") {
    const status = { kind: "Status", status: "Failure", reason: CODES[fault], code: Number(fault), message: "spoilt" };
    // 0 keeps the tests short; that longer times are kept is proven elsewhere.
    const headers = fault === "429" ? { "retry-after": "0" } : {};
    return void response.writeHead(Number(fault), headers).end(JSON.stringify(status));
  }
  const isWatch = incoming.url?.includes("watch=true") === true;
  if (fault === "expired-event" && isWatch) {
    const object = { kind: "Status", status: "Failure", reason: "Expired", code: 410, message: "too old" };
    return void response.writeHead(200).end(`${JSON.stringify({ type: "ERROR", object })}\n`);
  }
  const { host: _host, connection: _connection, ...headers } = incoming.headers;
  const onward = request(`${server}${incoming.url}`, { method: incoming.method ?? "GET", agent, headers });
  onward.once("error", () => socket.destroy());
  response.once("close", () => onward.destroy());
  incoming.pipe(onward);
  onward.once("response", (answer) => {
    answer.once("error", () => socket.destroy());
    if (fault === "lost-answer") return void socket.destroy();
    const { connection: _closing, "content-length": length, ...rest } = answer.headers;
    // An early end looks proper only when nobody announced the length.
    const sized = length === undefined || fault === "end-early" ? {} : { "content-length": length };
    response.writeHead(answer.statusCode ?? 502, { ...rest, ...sized }).flushHeaders();
    if (plan === undefined || fault === "expired-event") answer.pipe(response);
    else void spoilt(answer, response, socket, plan);
  });
}

async function spoilt(answer: IncomingMessage, response: ServerResponse, socket: Socket, plan: Plan): Promise<void> {
  let left = plan.after;
  try {
    for await (const chunk of answer as AsyncIterable<Buffer>) {
      if (plan.fault === "slow") {
        for (let from = 0; from < chunk.length; from += 701) {
          await new Promise((resolve) => setTimeout(resolve, 5));
          response.write(chunk.subarray(from, from + 701));
        }
        continue;
      }
      response.write(chunk.subarray(0, left));
      left -= chunk.length;
      if (left >= 0) continue;
      if (plan.fault === "silence") {
        if (plan.silenceMs !== undefined) setTimeout(() => socket.destroy(), plan.silenceMs);
        return;
      }
      if (plan.fault === "end-early") return void response.end();
      // What was written leaves before the connection does.
      return void setTimeout(() => socket.destroy(), 2);
    }
    response.end();
  } catch {
    socket.destroy();
  }
}
