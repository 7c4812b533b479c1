import { request } from "node:http";
import { connect } from "node:net";
import { afterEach, describe, expect, test } from "@jest/globals";
import { healthRoute } from "../../../src/operator/server/health.js";
import { type Listener, listen, type Route } from "../../../src/operator/server/http-listener.js";

const LOOPBACK = { host: "127.0.0.1", port: 0 };
const open: Listener[] = [];
afterEach(() => Promise.all(open.splice(0).map((listener) => listener.close())));

async function served(route: Route): Promise<number> {
  const listener = await listen("--health-address", LOOPBACK, route);
  open.push(listener);
  return listener.port;
}

function ask(
  port: number,
  path: string,
  method = "GET",
): Promise<{ status: number; body: string; headers: Record<string, unknown> }> {
  return new Promise((resolve, reject) => {
    const call = request({ host: "127.0.0.1", port, path, method, agent: false }, (answer) => {
      let body = "";
      answer.setEncoding("utf8").on("data", (chunk: string) => (body += chunk));
      answer.on("end", () => resolve({ status: answer.statusCode ?? 0, body, headers: answer.headers }));
    });
    call.on("error", reject);
    call.end();
  });
}

describe("the health server", () => {
  const route = healthRoute(
    { "event-loop": () => undefined },
    { "api-server": () => undefined, caches: () => "not filled yet" },
  );

  test("is alive, and not ready for the reason that it names", async () => {
    const port = await served(route);
    expect(await ask(port, "/healthz")).toMatchObject({
      status: 200,
      body: "[+]event-loop ok\nhealthz check passed\n",
    });
    expect(await ask(port, "/readyz")).toMatchObject({
      status: 503,
      body: "[+]api-server ok\n[-]caches: not filled yet\nreadyz check failed\n",
    });
  });

  test("answers with a query too, and knows no other path", async () => {
    const port = await served(route);
    expect((await ask(port, "/healthz?verbose=1")).status).toBe(200);
    for (const path of ["/", "/healthz/", "/metrics", "/../healthz", "//healthz"])
      expect((await ask(port, path)).status).toBe(404);
  });

  test("lets nobody do more than look", async () => {
    const port = await served(route);
    expect(await ask(port, "/healthz", "HEAD")).toMatchObject({ status: 200, body: "" });
    for (const method of ["POST", "PUT", "DELETE", "OPTIONS", "PATCH"])
      expect(await ask(port, "/healthz", method)).toMatchObject({ status: 405, headers: { allow: "GET, HEAD" } });
  });
});

describe("a listener", () => {
  test("answers 500 without a word about why when a route fails", async () => {
    const port = await served(() => {
      throw new Error("password=hunter2");
    });
    expect(await ask(port, "/")).toMatchObject({ status: 500, body: "internal error\n" });
  });

  test("says which address is taken", async () => {
    const port = await served(() => undefined);
    await expect(listen("--health-address", { host: "127.0.0.1", port }, () => undefined)).rejects.toThrow(
      `--health-address: can't listen on 127.0.0.1:${port} (EADDRINUSE)`,
    );
  });

  test("ends connections that are open when it closes", async () => {
    const listener = await listen("--health-address", LOOPBACK, () => undefined);
    const socket = connect(listener.port, "127.0.0.1");
    await new Promise((resolve) => socket.once("connect", resolve));
    const ended = new Promise((resolve) => socket.once("close", resolve));
    socket.on("error", () => undefined).resume();
    await listener.close();
    await ended;
  });

  test("refuses headers without end", async () => {
    const port = await served(() => ({ status: 200, body: "" }));
    const socket = connect(port, "127.0.0.1");
    let answer = "";
    socket.on("error", () => undefined).on("data", (chunk: Buffer) => (answer += chunk.toString()));
    socket.write(`GET / HTTP/1.1\r\nhost: x\r\nx: ${"a".repeat(20_000)}`);
    await new Promise((resolve) => socket.once("close", resolve));
    expect(answer).toMatch(/^HTTP\/1\.1 431 /);
  });
});
