import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { CONFIG_MAPS, type KubeError } from "../../src/kube/index.js";
import { retryAfterMs } from "../../src/kube/live/answer.js";
import { LiveCluster, loadKubeConfig } from "../../src/kube/live/index.js";
import { MemoryCluster } from "../../src/kube/memory/index.js";

let server: Server;
let answer: (request: IncomingMessage, response: ServerResponse) => void;
let connections: number;
let cluster: LiveCluster;
let directory: string;
const seen: IncomingMessage[] = [];

beforeEach(async () => {
  connections = 0;
  seen.length = 0;
  server = createServer((request, response) => {
    seen.push(request);
    answer(request, response);
  });
  server.on("connection", () => connections++);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  directory = await mkdtemp(join(tmpdir(), "kubeconfig-"));
  await writeFile(join(directory, "config"), kubeconfig((server.address() as AddressInfo).port));
  cluster = new LiveCluster(loadKubeConfig({ path: join(directory, "config") }), { timeoutMs: 500 });
});

afterEach(async () => {
  await cluster.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await rm(directory, { recursive: true });
});

function kubeconfig(port: number): string {
  return `
apiVersion: v1
kind: Config
clusters: [{name: c, cluster: {server: "http://127.0.0.1:${port}", insecure-skip-tls-verify: true}}]
users: [{name: u, user: {token: very-secret-token}}]
contexts: [{name: x, context: {cluster: c, user: u}}]
current-context: x
`;
}

const send = (response: ServerResponse, code: number, body: unknown, headers: Record<string, string> = {}): void => {
  response
    .writeHead(code, { "content-type": "application/json", ...headers })
    .end(typeof body === "string" ? body : JSON.stringify(body));
};
const failed = (call: Promise<unknown>): Promise<KubeError> =>
  call.then(
    () => Promise.reject(new Error("no failure")),
    (error: unknown) => error as KubeError,
  );
const get = () => cluster.get(CONFIG_MAPS, { namespace: "n", name: "a" });
const watch = async (): Promise<string[]> => {
  const types: string[] = [];
  for await (const event of cluster.watch(CONFIG_MAPS, { resourceVersion: "5" })) types.push(event.type);
  return types;
};

describe("the adapter to a real API server", () => {
  test("sends credentials, and reuses its connections", async () => {
    answer = (_request, response) => send(response, 200, { metadata: { name: "a", managedFields: [{}] } });
    for (let count = 0; count < 20; count++) await get();
    expect(connections).toBeLessThanOrEqual(2);
    expect(seen[0]?.headers.authorization).toBe("Bearer very-secret-token");
    expect(seen[0]?.url).toBe("/api/v1/namespaces/n/configmaps/a?timeout=500ms");
    expect(await get()).toEqual({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a" } });
  });

  test.each([
    ["n", ".."],
    ["n", "."],
    ["n", "a/../../secrets/b"],
    ["n", "a%2fb"],
    ["..", "a"],
    ["n/configmaps/b?x=", "a"],
  ])("names that could lead elsewhere are refused before any request: %s, %s", async (namespace, name) => {
    answer = (_request, response) => send(response, 200, { metadata: { name: "a" } });
    const key = { namespace, name };
    const object = { apiVersion: "v1", kind: "ConfigMap", metadata: key } as const;
    const memory = new MemoryCluster({ autoCreateNamespaces: true });
    for (const each of [cluster, memory]) {
      const calls = [
        () => each.get(CONFIG_MAPS, key),
        () => each.delete(CONFIG_MAPS, key),
        () => each.patch(CONFIG_MAPS, key, {}),
        () => each.patchStatus(CONFIG_MAPS, key, {}),
        () => each.replace(CONFIG_MAPS, object),
        () => each.apply(CONFIG_MAPS, object),
      ];
      for (const call of calls) expect(await failed(call())).toMatchObject({ reason: "BadRequest" });
    }
    expect(seen).toEqual([]);
  });

  test("a list or a watch of such a namespace is refused too", async () => {
    expect(await failed(cluster.list(CONFIG_MAPS, { namespace: ".." }))).toMatchObject({ reason: "BadRequest" });
    const events = cluster.watch(CONFIG_MAPS, { namespace: "..", resourceVersion: "1" })[Symbol.asyncIterator]();
    expect(await failed(events.next())).toMatchObject({ reason: "BadRequest" });
    expect(seen).toEqual([]);
  });

  test("surfaces Retry-After of a busy server", async () => {
    answer = (_request, response) =>
      send(
        response,
        429,
        { kind: "Status", reason: "TooManyRequests", code: 429, message: "busy" },
        { "retry-after": "70" },
      );
    expect(await failed(get())).toMatchObject({ reason: "TooManyRequests", retryAfterMs: 70_000, message: "busy" });
  });

  test("maps what is no Status by its HTTP code, without quoting the page", async () => {
    answer = (_request, response) => send(response, 503, "<html>secret proxy page</html>");
    const error = await failed(get());
    expect(error).toMatchObject({ reason: "ServiceUnavailable", code: 503 });
    expect(error.message).not.toContain("secret");
  });

  test.each([
    ["is not JSON", (response: ServerResponse) => send(response, 200, "<html>")],
    ["is not an object", (response: ServerResponse) => send(response, 200, [])],
    [
      "breaks off",
      (response: ServerResponse) =>
        void (response.writeHead(200, { "content-length": "99" }).write("{"), response.destroy()),
    ],
    ["never comes", () => undefined],
  ])("an answer that %s is ConnectionFailed", async (_what, give) => {
    answer = (_request, response) => give(response);
    const error = await failed(get());
    expect(error).toMatchObject({ reason: "ConnectionFailed", code: 0 });
    expect(JSON.stringify(error) + error.message).not.toContain("very-secret-token");
  });

  test("what cannot be read is not quoted, also not by the error's cause", async () => {
    answer = (_request, response) => send(response, 200, "hunter2");
    for (const error of [await failed(get()), await failed(watch())]) {
      expect(`${error.stack} ${error.message} ${String(error.cause)}`).not.toContain("hunter2");
    }
  });

  test("a server that is not there is ConnectionFailed", async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    expect(await failed(get())).toMatchObject({ reason: "ConnectionFailed" });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  });

  test("reads watch events however the chunks fall", async () => {
    const object = { metadata: { name: "ü", resourceVersion: "6" } };
    const text = Buffer.from(
      `${JSON.stringify({ type: "ADDED", object })}\n${JSON.stringify({ type: "BOOKMARK", object })}\n`,
    );
    answer = (_request, response) => {
      response.writeHead(200);
      void (async () => {
        for (const byte of text) {
          response.write(Buffer.from([byte]));
          if (byte > 0x7f || byte === 0x0a) await new Promise((resolve) => setTimeout(resolve, 5));
        }
        response.end();
      })();
    };
    expect(await watch()).toEqual(["Added", "Bookmark"]);
    expect(seen[0]?.url).toContain("allowWatchBookmarks=true");
  });

  test.each([
    [
      "Gone",
      `${JSON.stringify({ type: "ERROR", object: { kind: "Status", code: 410, reason: "Expired", message: "old" } })}\n`,
    ],
    ["ConnectionFailed", '{"type":"ADDED","object":{"metadata":{}}}\nnonsense\n'],
    ["ConnectionFailed", '{"type":"ADDED","obj'],
    ["ConnectionFailed", '{"type":"SURPRISE"}\n'],
  ])("a watch ends with %s after %j", async (reason, text) => {
    answer = (_request, response) => void response.writeHead(200).end(text);
    expect(await failed(watch())).toMatchObject({ reason });
  });

  test("a broken kubeconfig is a UserError that quotes nothing of it", async () => {
    const path = join(directory, "broken");
    await writeFile(path, "users: [{name: u, user: {token: very-secret-token}");
    expect(() => loadKubeConfig({ path })).toThrow(/cannot be read/);
    expect(() => loadKubeConfig({ path })).not.toThrow(/very-secret/);
    expect(() => loadKubeConfig({ path: join(directory, "missing") })).toThrow(/ENOENT/);
    expect(() => loadKubeConfig({ path: join(directory, "config"), context: "other" })).toThrow(/choose one of: x/);
  });
});

test.each([
  [undefined, undefined],
  ["3", 3000],
  ["Thu, 01 Jan 1970 00:00:05 GMT", 4000],
  ["Thu, 01 Jan 1970 00:00:00 GMT", 0],
  ["soon", undefined],
])("Retry-After %p is %p ms", (header, expected) => {
  expect(retryAfterMs(header, 1000)).toBe(expected);
});
