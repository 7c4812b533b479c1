import { chmod, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { UserError } from "../../src/api/user-error.js";
import { type ExecConfig, ExecPlugin } from "../../src/kube/live/exec-plugin.js";
import { unauthorized } from "./kit/api-stub.js";
import { failed, get, StubbedApi } from "./kit/stubbed-api.js";

const api = new StubbedApi();

describe("a credential plugin", () => {
  const credential = (status: object): string =>
    JSON.stringify({ apiVersion: "client.authentication.k8s.io/v1", kind: "ExecCredential", status });
  /** A plugin in the shell; `$N` counts its runs from 1. */
  const plugin = async (script: string, more: object = {}): Promise<object> => {
    const command = join(api.directory, "plugin");
    const counting = `N=$(($(cat ${api.directory}/runs 2>/dev/null || echo 0) + 1)); echo $N >${api.directory}/runs`;
    await writeFile(command, `#!/bin/sh\n${counting}\n${script}\n`);
    await chmod(command, 0o755);
    return { exec: { apiVersion: "client.authentication.k8s.io/v1", interactiveMode: "Never", command, ...more } };
  };
  const runs = async (): Promise<number> => Number(await readFile(join(api.directory, "runs"), "utf8"));

  test("is run once for many requests, also at the same time", async () => {
    const cluster = await api.withUser(await plugin(`sleep 0.1; echo '${credential({ token: "from-plugin" })}'`));
    await Promise.all([get(cluster), get(cluster), get(cluster)]);
    await get(cluster);
    expect(api.tokens()).toEqual(Array.from({ length: 4 }, () => "Bearer from-plugin"));
    expect(await runs()).toBe(1);
  });

  test("is run again when its credential has expired", async () => {
    const expired = credential({ token: "T$N", expirationTimestamp: "2020-01-01T00:00:00Z" }).replaceAll('"', '\\"');
    const cluster = await api.withUser(await plugin(`echo "${expired}"`));
    await get(cluster);
    await get(cluster);
    expect(api.tokens()).toEqual(["Bearer T1", "Bearer T2"]);
  });

  test("is run again when the server refuses its credential", async () => {
    const cluster = await api.withUser(await plugin(`echo "${credential({ token: "T$N" }).replaceAll('"', '\\"')}"`));
    api.stub.answer = ({ authorization }, response) => {
      if (authorization === "Bearer T2") response.end('{"metadata":{"name":"a"}}');
      else unauthorized(response);
    };
    await get(cluster);
    await get(cluster);
    expect(api.tokens()).toEqual(["Bearer T1", "Bearer T2", "Bearer T2"]);
  });

  test("may give a client certificate", async () => {
    const [certificate, key] = await Promise.all(
      [api.pki.adminCertificate, api.pki.adminKey].map((file) => readFile(file, "utf8")),
    );
    await writeFile(
      join(api.directory, "credential"),
      credential({ clientCertificateData: certificate, clientKeyData: key }),
    );
    await get(await api.withUser(await plugin(`cat ${api.directory}/credential`)));
    expect(api.stub.seen).toMatchObject([{ subject: "admin", authorization: undefined }]);
  });

  test("learns about the cluster if it asks, has no terminal and no input", async () => {
    const script = `echo "$KUBERNETES_EXEC_INFO" >${api.directory}/info; cat >${api.directory}/input; test ! -t 0; echo "$1 $EXTRA" >${api.directory}/given; echo '${credential({ token: "t" })}'`;
    const more = { provideClusterInfo: true, args: ["argument"], env: [{ name: "EXTRA", value: "value" }] };
    await get(await api.withUser(await plugin(script, more)));
    expect(JSON.parse(await readFile(join(api.directory, "info"), "utf8"))).toEqual({
      apiVersion: "client.authentication.k8s.io/v1",
      kind: "ExecCredential",
      spec: {
        interactive: false,
        cluster: {
          server: `https://127.0.0.1:${api.stub.port}`,
          "certificate-authority-data": (await readFile(api.pki.authority)).toString("base64"),
        },
      },
    });
    expect(await readFile(join(api.directory, "input"), "utf8")).toBe("");
    expect(await readFile(join(api.directory, "given"), "utf8")).toBe("argument value\n");
  });

  test.each([
    ["fails", "echo hunter2; echo hunter2 >&2; exit 3", /exit code 3/],
    ["prints no JSON", "echo hunter2", /not JSON/],
    ["prints something else", 'echo \'{"kind":"hunter2"}\'', /no ExecCredential/],
    [
      "gives nothing",
      `echo '${JSON.stringify({ apiVersion: "client.authentication.k8s.io/v1", kind: "ExecCredential", status: { hunter2: 1 } })}'`,
      /neither a token nor/,
    ],
  ])("that %s says so, and nothing of what it printed", async (_what, script, message) => {
    const error = await failed(get(await api.withUser(await plugin(script))));
    expect(error).toMatchObject({ reason: "Unauthorized", code: 0, cause: expect.any(UserError) });
    expect(error.message).toMatch(message);
    expect((error.cause as UserError).fix).toContain("run it by hand");
    expect(JSON.stringify(error) + error.message + String(error.cause)).not.toContain("hunter2");
    expect(api.stub.seen).toEqual([]);
  });

  test("that fails is not run for every request that waits", async () => {
    const cluster = await api.withUser(await plugin("exit 1"));
    for (let index = 0; index < 5; index++) await failed(get(cluster));
    expect(await runs()).toBe(1);
  });

  test("that leaves something running that holds its output is not waited for", async () => {
    const cluster = await api.withUser(
      await plugin(`echo '${credential({ token: "t" })}'; sleep 60 & echo $! >${api.directory}/left`),
    );
    try {
      await get(cluster);
      expect(api.tokens()).toEqual(["Bearer t"]);
    } finally {
      process.kill(Number(await readFile(join(api.directory, "left"), "utf8")), "SIGKILL");
    }
  }, 10_000);

  test("that takes too long is ended with all that it started", async () => {
    const { exec } = (await plugin(`sleep 60 & echo $! >${api.directory}/left; wait`)) as { exec: ExecConfig };
    const options = { config: exec, cluster: () => ({}), environment: process.env, now: () => 0, timeoutMs: 500 };
    await expect(new ExecPlugin(options).credential()).rejects.toThrow(/ended by SIGKILL/);
    const left = (await readFile(join(api.directory, "left"), "utf8")).trim();
    const isRunning = async (): Promise<boolean> =>
      readFile(`/proc/${left}/stat`, "utf8").then(
        (stat) => !/\) [ZX]/.test(stat),
        () => false,
      );
    expect(await isRunning()).toBe(false);
  }, 10_000);

  test("that is not installed is a UserError with the kubeconfig's hint", async () => {
    const exec = {
      apiVersion: "client.authentication.k8s.io/v1",
      command: "no-such-plugin",
      installHint: "Get it from us",
    };
    await expect(api.withUser({ exec })).rejects.toThrow(/no-such-plugin is not installed[^]*Get it from us/);
  });

  test("that needs a terminal, or speaks another version, is a UserError", async () => {
    await expect(api.withUser(await plugin("", { interactiveMode: "Always" }))).rejects.toThrow(/needs a terminal/);
    await expect(api.withUser(await plugin("", { apiVersion: "client.authentication.k8s.io/v9" }))).rejects.toThrow(
      UserError,
    );
  });

  test("beside the kubeconfig is found by its relative path", async () => {
    const user = (await plugin(`echo '${credential({ token: "near" })}'`)) as { exec: { command: string } };
    await get(await api.withUser({ exec: { ...user.exec, command: "./plugin" } }));
    expect(api.tokens()).toEqual(["Bearer near"]);
  });
});
