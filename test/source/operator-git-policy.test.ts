import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { parseOperatorConfig } from "../../src/api/index.js";
import { operatorGitPolicy } from "../../src/operator/source/operator-git-policy.js";
import { trustedAuthorities } from "../../src/operator/source/trusted-authorities.js";

describe("what the operator's configuration lets Git do", () => {
  test("nothing but the ordinary by default", () => {
    expect(operatorGitPolicy(parseOperatorConfig(), { HOME: "/root", TOKEN: "x" }, undefined)).toEqual({
      addresses: { allowLoopback: false, resolvedByProxy: false },
      plainHttpCredentialHosts: [],
      environment: {},
      limits: { askMs: 60_000 },
    });
  });

  test("host keys, plain http, loopback and time limits as they are configured", () => {
    const git = {
      knownHosts: "h ssh-ed25519 AAAA",
      allowPlainHttpCredentials: ["git"],
      allowLoopback: true,
      timeout: "10s",
    };
    expect(operatorGitPolicy(parseOperatorConfig({ git }), {}, undefined)).toMatchObject({
      addresses: { allowLoopback: true },
      plainHttpCredentialHosts: ["git"],
      knownHosts: "h ssh-ed25519 AAAA",
      limits: { askMs: 10_000 },
    });
  });

  test("the configured proxies win over those of the process, in every spelling", () => {
    const network = { httpsProxy: "http://new:3128", noProxy: ".svc" };
    const environment = { HTTPS_PROXY: "http://old:1", https_proxy: "http://old:2", http_proxy: "http://old:3" };
    const policy = operatorGitPolicy(parseOperatorConfig({ network }), environment, undefined);
    expect(policy.environment).toEqual({
      HTTPS_PROXY: "http://new:3128",
      https_proxy: "http://new:3128",
      http_proxy: "http://old:3",
      NO_PROXY: ".svc",
      no_proxy: ".svc",
    });
    expect(policy.addresses?.resolvedByProxy).toBe(true);
  });

  test("additional certificates come in one file with the system's", async () => {
    const system = join(tmpdir(), `nbv-system-${process.pid}.crt`);
    writeFileSync(system, "SYSTEM\n");
    const file = await trustedAuthorities("OURS", { GIT_SSL_CAINFO: system });
    expect(readFileSync(file, "utf8")).toBe("SYSTEM\nOURS\n");
    expect(operatorGitPolicy(parseOperatorConfig(), { GIT_SSL_CAINFO: system }, file).environment).toEqual({
      GIT_SSL_CAINFO: file,
    });
    for (const path of [system, dirname(file)]) rmSync(path, { recursive: true });
  });

  test("without a file of the system's, the certificates of Node are taken", async () => {
    const file = await trustedAuthorities("OURS", { GIT_SSL_CAINFO: "/nonexistent", SSL_CERT_FILE: "" });
    expect(readFileSync(file, "utf8")).toMatch(/-----BEGIN CERTIFICATE-----[\s\S]*OURS\n$/);
    rmSync(dirname(file), { recursive: true });
  });
});
