import { chmod, mkdir, readFile, rename, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { UserError } from "../../src/api/user-error.js";
import { CONFIG_MAPS, type KubeError } from "../../src/kube/index.js";
import { type ExecConfig, ExecPlugin } from "../../src/kube/live/exec-plugin.js";
import {
  type KubeConfigSource,
  LiveCluster,
  type LiveClusterOptions,
  loadKubeConfig,
} from "../../src/kube/live/index.js";
import { type ApiStub, startApiStub, stubPki, unauthorized, writeKubeconfig } from "./kit/api-stub.js";

let files: Awaited<ReturnType<typeof stubPki>>;
let stub: ApiStub;
let directory: string;
let count = 0;
const clusters: LiveCluster[] = [];

beforeAll(async () => {
  files = await stubPki();
}, 30_000);
afterAll(() => files.remove());
beforeEach(async () => {
  stub = await startApiStub(files.pki);
  directory = join(files.directory, `test-${count++}`);
  await mkdir(directory);
});
afterEach(async () => {
  await Promise.all(clusters.splice(0).map((cluster) => cluster.close()));
  await stub.stop();
});

const connect = (source: KubeConfigSource, options: LiveClusterOptions = {}): LiveCluster => {
  const cluster = new LiveCluster(loadKubeConfig(source), options);
  clusters.push(cluster);
  return cluster;
};
const theCluster = (more: object = {}): Record<string, unknown> => ({
  server: `https://127.0.0.1:${stub.port}`,
  "certificate-authority": files.pki.authority,
  ...more,
});
const withUser = async (user: object, more: object = {}): Promise<LiveCluster> =>
  connect({ path: await writeKubeconfig(join(directory, "config"), theCluster(more), { ...user }) });
const get = (cluster: LiveCluster): Promise<unknown> => cluster.get(CONFIG_MAPS, { namespace: "n", name: "a" });
const create = (cluster: LiveCluster): Promise<unknown> =>
  cluster.create(CONFIG_MAPS, { apiVersion: "v1", kind: "ConfigMap", metadata: { namespace: "n", name: "a" } });
const failed = (call: Promise<unknown>): Promise<KubeError> =>
  call.then(
    () => Promise.reject(new Error("no failure")),
    (error: unknown) => error as KubeError,
  );
const tokens = (): (string | undefined)[] => stub.seen.map(({ authorization }) => authorization);

describe("a token file", () => {
  test("that changes is used by the next request", async () => {
    await writeFile(join(directory, "token"), "first\n");
    const cluster = await withUser({ tokenFile: "token", token: "stale" });
    await get(cluster);
    await get(cluster);
    await writeFile(join(directory, "token"), "second\n");
    await get(cluster);
    expect(tokens()).toEqual(["Bearer first", "Bearer first", "Bearer second"]);
    expect(stub.connections).toBeLessThanOrEqual(2);
  });

  test("that is swapped by its symbolic link, as a kubelet does, is used by the next request", async () => {
    for (const [name, token] of [
      ["one", "first"],
      ["two", "later"],
    ] as const) {
      await mkdir(join(directory, name));
      await writeFile(join(directory, name, "token"), token);
    }
    await symlink("one", join(directory, "..data"));
    await symlink("..data/token", join(directory, "token"));
    const cluster = await withUser({ tokenFile: join(directory, "token") });
    await get(cluster);
    await symlink("two", join(directory, "..tmp"));
    await rename(join(directory, "..tmp"), join(directory, "..data"));
    await get(cluster);
    expect(tokens()).toEqual(["Bearer first", "Bearer later"]);
  });

  test("is read again when the server refuses its token, and the request is made once more", async () => {
    const file = join(directory, "token");
    await writeFile(file, "old");
    const cluster = await withUser({ tokenFile: file });
    stub.answer = ({ authorization }, response) => {
      if (authorization === "Bearer new") response.end('{"metadata":{"name":"a"}}');
      else void writeFile(file, "new").then(() => unauthorized(response));
    };
    await create(cluster);
    expect(tokens()).toEqual(["Bearer old", "Bearer new"]);
    expect(stub.seen[1]?.body).toBe(stub.seen[0]?.body);
  });

  test("that did not change is no reason to ask twice", async () => {
    await writeFile(join(directory, "token"), "old");
    const cluster = await withUser({ tokenFile: "token" });
    stub.answer = (_seen, response) => unauthorized(response);
    expect(await failed(get(cluster))).toMatchObject({ reason: "Unauthorized", code: 401 });
    expect(stub.seen).toHaveLength(1);
  });

  test("that is away for a moment is used as it was", async () => {
    await writeFile(join(directory, "token"), "t");
    const cluster = await withUser({ tokenFile: "token" });
    await get(cluster);
    await rename(join(directory, "token"), join(directory, "away"));
    await get(cluster);
    expect(tokens()).toEqual(["Bearer t", "Bearer t"]);
  });
});

describe("in a pod", () => {
  const inPod = async (host: string): Promise<KubeConfigSource> => {
    const account = join(directory, "var/run/secrets/kubernetes.io/serviceaccount");
    await mkdir(account, { recursive: true });
    await writeFile(join(account, "token"), "pod-token");
    await writeFile(join(account, "ca.crt"), await readFile(files.pki.authority));
    const environment = { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: String(stub.port), HOME: directory };
    return { root: directory, environment };
  };

  test("the service account's token and authority are used", async () => {
    await get(connect(await inPod("127.0.0.1")));
    expect(tokens()).toEqual(["Bearer pod-token"]);
  });

  test("an IPv6 service address is a server", async () => {
    const config = loadKubeConfig(await inPod("fd00::1"));
    expect(config.getCurrentCluster()?.server).toBe(`https://[fd00::1]:${stub.port}`);
  });

  test("an IPv6 server is reached", async () => {
    await stub.stop();
    stub = await startApiStub(files.pki, "::1");
    const server = `https://[::1]:${stub.port}`;
    await get(await withUser({ token: "t" }, { server, "tls-server-name": "localhost" }));
    expect(tokens()).toEqual(["Bearer t"]);
  });

  test("nothing at all is a UserError that says what to do", () => {
    const nowhere = { root: directory, environment: { HOME: directory } };
    expect(() => loadKubeConfig(nowhere)).toThrow(UserError);
    expect(() => loadKubeConfig(nowhere)).toThrow(/no Kubernetes cluster was found[^]*--kubeconfig/);
  });
});

describe("a credential plugin", () => {
  const credential = (status: object): string =>
    JSON.stringify({ apiVersion: "client.authentication.k8s.io/v1", kind: "ExecCredential", status });
  /** A plugin in the shell; `$N` counts its runs from 1. */
  const plugin = async (script: string, more: object = {}): Promise<object> => {
    const command = join(directory, "plugin");
    const counting = `N=$(($(cat ${directory}/runs 2>/dev/null || echo 0) + 1)); echo $N >${directory}/runs`;
    await writeFile(command, `#!/bin/sh\n${counting}\n${script}\n`);
    await chmod(command, 0o755);
    return { exec: { apiVersion: "client.authentication.k8s.io/v1", interactiveMode: "Never", command, ...more } };
  };
  const runs = async (): Promise<number> => Number(await readFile(join(directory, "runs"), "utf8"));

  test("is run once for many requests, also at the same time", async () => {
    const cluster = await withUser(await plugin(`sleep 0.1; echo '${credential({ token: "from-plugin" })}'`));
    await Promise.all([get(cluster), get(cluster), get(cluster)]);
    await get(cluster);
    expect(tokens()).toEqual(Array.from({ length: 4 }, () => "Bearer from-plugin"));
    expect(await runs()).toBe(1);
  });

  test("is run again when its credential has expired", async () => {
    const expired = credential({ token: "T$N", expirationTimestamp: "2020-01-01T00:00:00Z" }).replaceAll('"', '\\"');
    const cluster = await withUser(await plugin(`echo "${expired}"`));
    await get(cluster);
    await get(cluster);
    expect(tokens()).toEqual(["Bearer T1", "Bearer T2"]);
  });

  test("is run again when the server refuses its credential", async () => {
    const cluster = await withUser(await plugin(`echo "${credential({ token: "T$N" }).replaceAll('"', '\\"')}"`));
    stub.answer = ({ authorization }, response) => {
      if (authorization === "Bearer T2") response.end('{"metadata":{"name":"a"}}');
      else unauthorized(response);
    };
    await get(cluster);
    await get(cluster);
    expect(tokens()).toEqual(["Bearer T1", "Bearer T2", "Bearer T2"]);
  });

  test("may give a client certificate", async () => {
    const [certificate, key] = await Promise.all(
      [files.pki.adminCertificate, files.pki.adminKey].map((file) => readFile(file, "utf8")),
    );
    await writeFile(
      join(directory, "credential"),
      credential({ clientCertificateData: certificate, clientKeyData: key }),
    );
    await get(await withUser(await plugin(`cat ${directory}/credential`)));
    expect(stub.seen).toMatchObject([{ subject: "admin", authorization: undefined }]);
  });

  test("learns about the cluster if it asks, has no terminal and no input", async () => {
    const script = `echo "$KUBERNETES_EXEC_INFO" >${directory}/info; cat >${directory}/input; test ! -t 0; echo "$1 $EXTRA" >${directory}/given; echo '${credential({ token: "t" })}'`;
    const more = { provideClusterInfo: true, args: ["argument"], env: [{ name: "EXTRA", value: "value" }] };
    await get(await withUser(await plugin(script, more)));
    expect(JSON.parse(await readFile(join(directory, "info"), "utf8"))).toEqual({
      apiVersion: "client.authentication.k8s.io/v1",
      kind: "ExecCredential",
      spec: {
        interactive: false,
        cluster: {
          server: `https://127.0.0.1:${stub.port}`,
          "certificate-authority-data": (await readFile(files.pki.authority)).toString("base64"),
        },
      },
    });
    expect(await readFile(join(directory, "input"), "utf8")).toBe("");
    expect(await readFile(join(directory, "given"), "utf8")).toBe("argument value\n");
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
    const error = await failed(get(await withUser(await plugin(script))));
    expect(error).toMatchObject({ reason: "Unauthorized", code: 0, cause: expect.any(UserError) });
    expect(error.message).toMatch(message);
    expect((error.cause as UserError).fix).toContain("run it by hand");
    expect(JSON.stringify(error) + error.message + String(error.cause)).not.toContain("hunter2");
    expect(stub.seen).toEqual([]);
  });

  test("that fails is not run for every request that waits", async () => {
    const cluster = await withUser(await plugin("exit 1"));
    for (let index = 0; index < 5; index++) await failed(get(cluster));
    expect(await runs()).toBe(1);
  });

  test("that leaves something running that holds its output is not waited for", async () => {
    const cluster = await withUser(
      await plugin(`echo '${credential({ token: "t" })}'; sleep 60 & echo $! >${directory}/left`),
    );
    try {
      await get(cluster);
      expect(tokens()).toEqual(["Bearer t"]);
    } finally {
      process.kill(Number(await readFile(join(directory, "left"), "utf8")), "SIGKILL");
    }
  }, 10_000);

  test("that takes too long is ended with all that it started", async () => {
    const { exec } = (await plugin(`sleep 60 & echo $! >${directory}/left; wait`)) as { exec: ExecConfig };
    const options = { config: exec, cluster: () => ({}), environment: process.env, now: () => 0, timeoutMs: 500 };
    await expect(new ExecPlugin(options).credential()).rejects.toThrow(/ended by SIGKILL/);
    const left = (await readFile(join(directory, "left"), "utf8")).trim();
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
    await expect(withUser({ exec })).rejects.toThrow(/no-such-plugin is not installed[^]*Get it from us/);
  });

  test("that needs a terminal, or speaks another version, is a UserError", async () => {
    await expect(withUser(await plugin("", { interactiveMode: "Always" }))).rejects.toThrow(/needs a terminal/);
    await expect(withUser(await plugin("", { apiVersion: "client.authentication.k8s.io/v9" }))).rejects.toThrow(
      UserError,
    );
  });

  test("beside the kubeconfig is found by its relative path", async () => {
    const user = (await plugin(`echo '${credential({ token: "near" })}'`)) as { exec: { command: string } };
    await get(await withUser({ exec: { ...user.exec, command: "./plugin" } }));
    expect(tokens()).toEqual(["Bearer near"]);
  });
});

describe("other credentials", () => {
  test("a password, and a user to act for", async () => {
    const cluster = await withUser({ username: "me", password: "p:w", as: "somebody" });
    await get(cluster);
    const basic = `Basic ${Buffer.from("me:p:w").toString("base64")}`;
    expect(stub.seen).toMatchObject([{ authorization: basic, impersonated: "somebody" }]);
  });

  test("groups to act for are refused, as leaving them out would give other rights", async () => {
    await expect(withUser({ token: "t", as: "somebody", "as-groups": ["g"] })).rejects.toThrow(
      /not supported: as-groups/,
    );
  });

  test("client certificates from files that are renewed are used by the next connection, and running requests finish", async () => {
    const { adminCertificate, adminKey, serverCertificate, serverKey } = files.pki;
    const [certificate, key] = [join(directory, "crt"), join(directory, "key")];
    const place = async (from: string, fromKey: string): Promise<void> => {
      await writeFile(certificate, await readFile(from));
      await writeFile(key, await readFile(fromKey));
    };
    await place(adminCertificate, adminKey);
    const cluster = await withUser({ "client-certificate": certificate, "client-key": "key" });
    let finish: () => void = () => undefined;
    const slow = new Promise<void>((resolve) => {
      stub.answer = (_seen, response) => {
        finish = () => void response.end('{"metadata":{"name":"slow"}}');
        resolve();
      };
    });
    const running = get(cluster);
    await slow;
    await place(serverCertificate, serverKey);
    stub.answer = (_seen, response) => void response.end('{"metadata":{"name":"a"}}');
    await get(cluster);
    finish();
    expect(await running).toMatchObject({ metadata: { name: "slow" } });
    expect(stub.seen.map(({ subject }) => subject)).toEqual(["admin", "kube-apiserver"]);
  });
});

describe("the server's identity", () => {
  test("an authority as data, and a name that differs from the address", async () => {
    const data = (await readFile(files.pki.authority)).toString("base64");
    const more = { "certificate-authority": undefined, "certificate-authority-data": data };
    await get(await withUser({ token: "t" }, { ...more, "tls-server-name": "kubernetes.default.svc" }));
    expect(stub.seen).toHaveLength(1);
  });

  test.each<[string, object]>([
    ["another name", { "tls-server-name": "other.example" }],
    ["an authority that nobody trusts", { "certificate-authority": undefined }],
  ])("%s is no server of ours", async (_what, more) => {
    const cluster = await withUser({ token: "very-secret" }, more);
    expect(await failed(get(cluster))).toMatchObject({ reason: "ConnectionFailed" });
    expect(stub.seen).toEqual([]);
  });

  test("is not checked when the kubeconfig says so", async () => {
    await get(await withUser({ token: "t" }, { "certificate-authority": undefined, "insecure-skip-tls-verify": true }));
    expect(stub.seen).toHaveLength(1);
  });

  test("a file that is missing is named at once", async () => {
    await expect(withUser({ token: "t" }, { "certificate-authority": "missing.crt" })).rejects.toThrow(
      /certificate-authority names cannot be read \(ENOENT\)[^]*missing\.crt/,
    );
  });
});

describe("several kubeconfig files", () => {
  test("are merged: what the first one says wins, and missing ones do not matter", async () => {
    const first = await writeKubeconfig(join(directory, "one"), theCluster(), { token: "first" });
    const second = await writeKubeconfig(join(directory, "two"), { server: "https://192.0.2.1" }, { token: "second" });
    const environment = { KUBECONFIG: [join(directory, "none"), first, second].join(":") };
    await get(connect({ environment }));
    expect(tokens()).toEqual(["Bearer first"]);
  });

  test("none of which is there are named", () => {
    const file = join(dirname(directory), "none");
    expect(() => loadKubeConfig({ environment: { KUBECONFIG: file } })).toThrow(file);
  });
});
