import { describe, expect, test } from "@jest/globals";
import { proxyFor } from "../../src/kube/live/proxy.js";

describe("the proxy of an API server", () => {
  const server = new URL("https://api.example.org:6443");
  test.each<[string, URL, string | undefined, Record<string, string>, string | undefined]>([
    ["nothing is set", server, undefined, {}, undefined],
    ["HTTPS_PROXY is set", server, undefined, { HTTPS_PROXY: "http://p:1" }, "http://p:1/"],
    ["https_proxy is set", server, undefined, { https_proxy: "p:1" }, "http://p:1/"],
    ["HTTP_PROXY is set, which is for http", server, undefined, { HTTP_PROXY: "http://p:1" }, undefined],
    [
      "proxy-url wins over everything",
      server,
      "http://q:2",
      { HTTPS_PROXY: "http://p:1", NO_PROXY: "*" },
      "http://q:2/",
    ],
    ["NO_PROXY is *", server, undefined, { HTTPS_PROXY: "http://p:1", NO_PROXY: "*" }, undefined],
    [
      "NO_PROXY names the host",
      server,
      undefined,
      { HTTPS_PROXY: "http://p:1", NO_PROXY: "a.b, api.example.org" },
      undefined,
    ],
    ["NO_PROXY names the domain", server, undefined, { HTTPS_PROXY: "http://p:1", no_proxy: "example.org" }, undefined],
    [
      "NO_PROXY names hosts below the domain",
      server,
      undefined,
      { HTTPS_PROXY: "http://p:1", NO_PROXY: ".example.org" },
      undefined,
    ],
    [
      "NO_PROXY names hosts below the very name",
      server,
      undefined,
      { HTTPS_PROXY: "http://p:1", NO_PROXY: ".api.example.org" },
      "http://p:1/",
    ],
    [
      "NO_PROXY names another ending",
      server,
      undefined,
      { HTTPS_PROXY: "http://p:1", NO_PROXY: "ple.org" },
      "http://p:1/",
    ],
    [
      "NO_PROXY names another port",
      server,
      undefined,
      { HTTPS_PROXY: "http://p:1", NO_PROXY: "api.example.org:443" },
      "http://p:1/",
    ],
    [
      "NO_PROXY names this port",
      server,
      undefined,
      { HTTPS_PROXY: "http://p:1", NO_PROXY: "api.example.org:6443" },
      undefined,
    ],
    [
      "NO_PROXY is a network around the server",
      new URL("https://10.96.0.1"),
      undefined,
      { HTTPS_PROXY: "http://p:1", NO_PROXY: "10.96.0.0/12" },
      undefined,
    ],
    [
      "NO_PROXY is another network",
      new URL("https://10.96.0.1"),
      undefined,
      { HTTPS_PROXY: "http://p:1", NO_PROXY: "10.97.0.0/16" },
      "http://p:1/",
    ],
    [
      "NO_PROXY is an IPv6 network",
      new URL("https://[fd00::1]:443"),
      undefined,
      { HTTPS_PROXY: "http://p:1", NO_PROXY: "fd00::/8" },
      undefined,
    ],
    [
      "the server is this computer",
      new URL("https://127.0.0.1:6443"),
      undefined,
      { HTTPS_PROXY: "http://p:1" },
      undefined,
    ],
  ])("when %s", (_what, to, configured, environment, expected) => {
    expect(proxyFor(to, configured, environment)?.href).toBe(expected);
  });

  test("a proxy of an unknown kind is a UserError that does not show its password", () => {
    expect(() => proxyFor(server, "ftp://me:hunter2@p", {})).toThrow(/no usable URL/);
    expect(() => proxyFor(server, "ftp://me:hunter2@p", {})).not.toThrow(/hunter2/);
  });
});
