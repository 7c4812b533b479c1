import { mkdtempSync, rmSync } from "node:fs";
import { type IncomingMessage } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, jest, test } from "@jest/globals";
import { RegistryClient } from "../../../src/operator/registry/registry-client.js";
import { accessTo, failureOf, honest, instantly, policy, serve, stopServing } from "./answering-registry.js";
import { hasDockerRegistry, startDockerRegistry } from "./docker-registry.js";

jest.setTimeout(30_000);

const never = new AbortController().signal;

afterEach(stopServing);

describe("through a proxy", () => {
  test("a registry is asked by http, and the proxy is told its own password only", async () => {
    const seen: IncomingMessage["headers"][] = [];
    const host = await serve(honest);
    const proxy = await serve((request, response) => {
      seen.push(request.headers);
      honest(request, response);
    });
    // The loopback is exempt from proxies, whatever they are.
    const environment = { http_proxy: `http://joe:pw@${proxy}` };
    const client = new RegistryClient({ ...policy, environment }, instantly());
    const image = { host: "registry.invalid", path: "team/env", tag: "v1" };
    const found = await client.find(image, { isInsecure: true, secrets: [] }, never);
    expect(found).toMatchObject({ labels: { a: "b" } });
    expect(seen[0]?.["proxy-authorization"]).toBe(`Basic ${Buffer.from("joe:pw").toString("base64")}`);
    expect(seen[0]?.host).toBe("registry.invalid");
    expect(await client.find({ ...image, host }, accessTo(host), never)).toMatchObject({ labels: { a: "b" } });
    expect(seen).toHaveLength(2);
  });

  test("a registry is asked by https inside a tunnel", async () => {
    const tunnels: string[] = [];
    const proxy = await serve(honest, (request, socket) => {
      tunnels.push(request.url ?? "");
      socket.end("HTTP/1.1 403 no\r\n\r\n");
    });
    const client = new RegistryClient({ ...policy, environment: { https_proxy: `http://${proxy}` } }, instantly());
    const image = { host: "registry.invalid", path: "team/env", tag: "v1" };
    const failure = await failureOf(client.find(image, { isInsecure: false, secrets: [] }, never));
    expect(failure).toMatch(/^unavailable: The proxy .*registry\.invalid answered with status 403/);
    expect(new Set(tunnels)).toEqual(new Set(["registry.invalid:443"]));
  });

  test("a tunnel leads to the registry itself", async () => {
    if (!hasDockerRegistry()) return;
    const directory = mkdtempSync(join(tmpdir(), "nbv-tunnel-"));
    const registry = await startDockerRegistry({ directory, tls: true });
    const proxy = await serve(honest, (_request, socket) => {
      const [address = "", port = ""] = registry.host.split(":");
      const onward = connect(Number(port), address, () => {
        socket.write("HTTP/1.1 200 ok\r\n\r\n");
        socket.pipe(onward).pipe(socket);
      });
      onward.on("error", () => socket.destroy());
    });
    try {
      const environment = { https_proxy: `http://${proxy}` };
      const authorities = registry.authority ?? "";
      const client = new RegistryClient({ ...policy, environment, authorities }, instantly());
      // The certificate is for 127.0.0.1: under another name it must not be believed.
      const image = { host: "registry.invalid", path: "team/env", tag: "v1" };
      const failure = await failureOf(client.find(image, { isInsecure: false, secrets: [] }, never));
      expect(failure).toMatch(/^untrusted: .*ERR_TLS_CERT_ALTNAME_INVALID/);
    } finally {
      await registry.close();
      rmSync(directory, { recursive: true, force: true });
    }
  });
});
