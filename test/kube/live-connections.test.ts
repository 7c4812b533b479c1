import { once } from "node:events";
import { createServer, type Server } from "node:http";
import {
  type AddressInfo,
  connect as connectTcp,
  createServer as createTcpServer,
  type Socket,
  type Server as TcpServer,
} from "node:net";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { CONFIG_MAPS, isKubeError, ManualClock, NAMESPACES } from "../../src/kube/index.js";
import { LiveCluster, type LiveClusterOptions, loadKubeConfig, type RequestRecord } from "../../src/kube/live/index.js";
import { type ApiStub, OBJECT, sendJson, startApiStub, stubPki, writeKubeconfig } from "./kit/api-stub.js";
import { create, get } from "./kit/stubbed-api.js";

let files: Awaited<ReturnType<typeof stubPki>>;
let stub: ApiStub;
let count = 0;
const clusters: LiveCluster[] = [];
const servers: (Server | TcpServer)[] = [];

beforeAll(async () => {
  files = await stubPki();
});
afterAll(() => files.remove());
beforeEach(async () => {
  stub = await startApiStub(files.pki);
});
afterEach(async () => {
  await Promise.all(clusters.splice(0).map((cluster) => cluster.close()));
  await Promise.all(servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve))));
  await stub.stop();
});

const connect = async (options: LiveClusterOptions = {}, more: object = {}): Promise<LiveCluster> => {
  const cluster = { server: `https://127.0.0.1:${stub.port}`, "certificate-authority": files.pki.authority, ...more };
  const path = await writeKubeconfig(join(files.directory, `config-${count++}`), cluster, { token: "t" });
  clusters.push(new LiveCluster(loadKubeConfig({ path }), { environment: {}, ...options }));
  return clusters.at(-1) as LiveCluster;
};
const times = <R>(number: number, work: (index: number) => R): R[] => Array.from({ length: number }, (_, i) => work(i));
const until = async (holds: () => boolean | Promise<boolean>): Promise<void> => {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 5));
};

describe("connections", () => {
  test("200 requests in a row need no TLS handshake each", async () => {
    const cluster = await connect();
    for (let index = 0; index < 200; index++) await get(cluster);
    expect(stub.seen).toHaveLength(200);
    expect(stub.connections).toBeLessThanOrEqual(2);
  });

  test("200 requests at once stay within the limit, and all are answered", async () => {
    const cluster = await connect({ maxConnections: 8 });
    stub.answer = (seen, response) => setTimeout(() => OBJECT(seen, response), 2);
    await Promise.all(times(200, () => get(cluster)));
    expect(stub.seen).toHaveLength(200);
    expect(stub.connections).toBeLessThanOrEqual(8);
  });

  test("open watches starve no request, and are limited too", async () => {
    const cluster = await connect({ maxConnections: 2, maxStreams: 20 });
    stub.answer = (seen, response) => {
      if (!seen.url.includes("watch=true")) OBJECT(seen, response);
      else response.writeHead(200).flushHeaders();
    };
    const stops: AbortController[] = [];
    const watch = async (): Promise<void> => {
      const stop = new AbortController();
      stops.push(stop);
      const options = { resourceVersion: "1", signal: stop.signal };
      for await (const _event of cluster.watch(CONFIG_MAPS, options)) throw new Error("nothing is sent");
    };
    const watches = times(20, watch);
    await until(() => stub.seen.length === 20);
    await Promise.all(times(50, () => get(cluster)));
    expect(stub.connections).toBeLessThanOrEqual(22);
    await expect(watch()).rejects.toMatchObject({ reason: "TooManyRequests", code: 0 });
    for (const stop of stops) stop.abort();
    await Promise.all(watches);
    await until(async () => (await stub.open()) <= 2);
  });

  test("that are idle are closed", async () => {
    const cluster = await connect({ idleMs: 1500 });
    await get(cluster);
    expect(await stub.open()).toBe(1);
    await until(async () => (await stub.open()) === 0);
  });

  test("that the server closes when idle are no failure", async () => {
    const cluster = await connect();
    await Promise.all(times(5, () => get(cluster)));
    // It says nothing before: the next request may find the connection dead.
    stub.answer = (seen, response) => {
      OBJECT(seen, response);
      response.once("finish", () => response.socket?.destroy());
    };
    for (let index = 0; index < 20; index++) await get(cluster);
  });

  test("an answer that is too long is refused before it fills the memory", async () => {
    const cluster = await connect({ maxAnswerBytes: 1000 });
    for (const announced of [true, false]) {
      stub.answer = (_seen, response) => {
        response.writeHead(200, announced ? { "content-length": "100000" } : {}).end("x".repeat(100_000));
      };
      await expect(get(cluster)).rejects.toMatchObject({
        reason: "ConnectionFailed",
        message: /longer than 1000 bytes/,
      });
    }
  });

  test("the server is told how long we wait", async () => {
    const cluster = await connect({ timeoutMs: 300 });
    stub.answer = () => undefined;
    await expect(get(cluster)).rejects.toMatchObject({ reason: "ConnectionFailed" });
    expect(stub.seen[0]?.url).toContain("timeout=300ms");
  });

  test("closing ends what is under way, and nothing begins after it", async () => {
    const cluster = await connect();
    stub.answer = () => undefined;
    const running = get(cluster);
    await until(() => stub.seen.length === 1);
    await cluster.close();
    await expect(running).rejects.toMatchObject({ reason: "ConnectionFailed" });
    await expect(get(cluster)).rejects.toMatchObject({ reason: "ConnectionFailed" });
  });

  test("every request is told of, with its verb, resource and code", async () => {
    const records: RequestRecord[] = [];
    const cluster = await connect({ onRequest: (record) => records.push(record) });
    await get(cluster);
    await cluster.patchStatus(CONFIG_MAPS, { namespace: "n", name: "a" }, {});
    stub.answer = (_seen, response) => sendJson(response, 404, { kind: "Status", reason: "NotFound", code: 404 });
    await cluster.delete(NAMESPACES, { name: "n" }).catch(() => undefined);
    stub.answer = (_seen, response) => void response.destroy();
    await create(cluster).catch(() => undefined);
    expect(records.map(({ verb, resource, subresource, code }) => [verb, resource.plural, subresource, code])).toEqual([
      ["get", "configmaps", undefined, 200],
      ["patch", "configmaps", "status", 200],
      ["delete", "namespaces", undefined, 404],
      ["create", "configmaps", undefined, 0],
    ]);
    expect(records.every(({ durationMs }) => durationMs > 0 && durationMs < 5000)).toBe(true);
  });
});

describe("a busy server", () => {
  const busy = (code: number, header: string | undefined, failures: number): void => {
    let left = failures;
    stub.answer = (seen, response) => {
      if (left-- <= 0) return OBJECT(seen, response);
      const body = {
        kind: "Status",
        code,
        message: "busy",
        reason: code === 429 ? "TooManyRequests" : "ServiceUnavailable",
      };
      sendJson(response, code, body, header === undefined ? {} : { "retry-after": header });
    };
  };
  /** Runs a call on a clock of its own. @returns how long it waited in all, and what became of it */
  const waited = async (call: (cluster: LiveCluster) => Promise<unknown>): Promise<{ ms: number; end: unknown }> => {
    const clock = new ManualClock(0);
    const cluster = await connect({ clock, random: () => 0.5 });
    let end: unknown;
    void call(cluster).then(
      () => (end = "done"),
      (error: unknown) => (end = isKubeError(error) ? [error.reason, error.retryAfterMs] : error),
    );
    for (let step = 0; end === undefined && step < 5000; step++) {
      await new Promise((resolve) => setTimeout(resolve, 1));
      await clock.advanceToNext();
    }
    return { ms: clock.now(), end };
  };

  test.each<[string, number, string | undefined, number, "get" | "create", number, unknown, number]>([
    ["a read waits as long as it is told", 503, "2", 2, "get", 4400, "done", 3],
    ["a date is a time to wait too", 503, "Thu, 01 Jan 1970 00:00:03 GMT", 1, "get", 3300, "done", 2],
    ["a write waits when it was turned away", 429, "1", 1, "create", 1100, "done", 2],
    ["a write that may have been done is not made again", 503, "1", 1, "create", 0, ["ServiceUnavailable", 1000], 1],
    [
      "nothing is guessed when the server does not say",
      503,
      undefined,
      1,
      "get",
      0,
      ["ServiceUnavailable", undefined],
      1,
    ],
    ["a long wait is left to the caller", 429, "60", 1, "get", 0, ["TooManyRequests", 60_000], 1],
    ["the number of repetitions has a limit", 429, "0", 99, "get", 0, ["TooManyRequests", 0], 5],
    ["all waits together have a limit", 429, "4", 99, "get", 8800, ["TooManyRequests", 4000], 3],
  ])("%s", async (_what, code, header, failures, verb, ms, end, requests) => {
    busy(code, header, failures);
    expect(await waited(verb === "get" ? get : create)).toEqual({ ms, end });
    expect(stub.seen).toHaveLength(requests);
  });

  test("a list that waits can be given up", async () => {
    busy(429, "5", 99);
    const stop = new AbortController();
    const list = (await connect()).list(CONFIG_MAPS, { signal: stop.signal });
    await until(() => stub.seen.length === 1);
    stop.abort();
    await expect(list).rejects.toMatchObject({ reason: "Aborted" });
  });
});

describe("proxies", () => {
  /** Tunnels of an http proxy, and who asked for them. */
  const startProxy = async (): Promise<{ url: string; tunnels: string[] }> => {
    const tunnels: string[] = [];
    const sockets = new Set<Socket>();
    const server = createServer();
    server.on("connect", (request, socket: Socket, head: Buffer) => {
      tunnels.push(`${request.headers["proxy-authorization"] ?? "nobody"} to ${request.url}`);
      const [host, port] = (request.url ?? "").split(":");
      const upstream = connectTcp(Number(port), host, () => {
        socket.write("HTTP/1.1 200 OK\r\n\r\n");
        upstream.write(head);
        upstream.pipe(socket).pipe(upstream);
      });
      for (const one of [upstream, socket]) sockets.add(one.on("error", () => undefined));
    });
    server.on("close", () => sockets.forEach((socket) => socket.destroy()));
    servers.push(server.listen(0, "127.0.0.1"));
    await once(server, "listening");
    return { url: `127.0.0.1:${(server.address() as AddressInfo).port}`, tunnels };
  };

  test("the kubeconfig's proxy-url is used, with its password and without a connection per request", async () => {
    const { url, tunnels } = await startProxy();
    const cluster = await connect({}, { "proxy-url": `http://me:secret@${url}` });
    for (let index = 0; index < 10; index++) await get(cluster);
    const basic = `Basic ${Buffer.from("me:secret").toString("base64")}`;
    expect(new Set(tunnels)).toEqual(new Set([`${basic} to 127.0.0.1:${stub.port}`]));
    expect(tunnels.length).toBeLessThanOrEqual(2);
    expect(stub.seen).toHaveLength(10);
  });

  test("a SOCKS proxy is used", async () => {
    const targets: number[] = [];
    const server = createTcpServer((socket) => {
      socket.on("error", () => undefined);
      socket.once("data", () => {
        socket.write(Buffer.from([5, 0]));
        socket.once("data", (request) => {
          const port = request.readUInt16BE(request.length - 2);
          targets.push(port);
          const upstream = connectTcp(port, "127.0.0.1", () => {
            socket.write(Buffer.from([5, 0, 0, 1, 127, 0, 0, 1, 0, 0]));
            upstream.pipe(socket).pipe(upstream);
          });
          upstream.on("error", () => socket.destroy());
        });
      });
    });
    servers.push(server.listen(0, "127.0.0.1"));
    await once(server, "listening");
    const cluster = await connect({}, { "proxy-url": `socks5://127.0.0.1:${(server.address() as AddressInfo).port}` });
    await get(cluster);
    await get(cluster);
    expect(targets.every((port) => port === stub.port)).toBe(true);
    expect(stub.seen).toHaveLength(2);
    await cluster.close();
  });
});
