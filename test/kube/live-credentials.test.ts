import { mkdir, readFile, rename, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { UserError } from "../../src/api/user-error.js";
import { type KubeConfigSource, loadKubeConfig } from "../../src/kube/live/index.js";
import { startApiStub, unauthorized, writeKubeconfig } from "./kit/api-stub.js";
import { create, failed, get, StubbedApi } from "./kit/stubbed-api.js";

const api = new StubbedApi();

describe("a token file", () => {
  test("that changes is used by the next request", async () => {
    await writeFile(join(api.directory, "token"), "first\n");
    const cluster = await api.withUser({ tokenFile: "token", token: "stale" });
    await get(cluster);
    await get(cluster);
    await writeFile(join(api.directory, "token"), "second\n");
    await get(cluster);
    expect(api.tokens()).toEqual(["Bearer first", "Bearer first", "Bearer second"]);
    expect(api.stub.connections).toBeLessThanOrEqual(2);
  });

  test("that is swapped by its symbolic link, as a kubelet does, is used by the next request", async () => {
    for (const [name, token] of [
      ["one", "first"],
      ["two", "later"],
    ] as const) {
      await mkdir(join(api.directory, name));
      await writeFile(join(api.directory, name, "token"), token);
    }
    await symlink("one", join(api.directory, "..data"));
    await symlink("..data/token", join(api.directory, "token"));
    const cluster = await api.withUser({ tokenFile: join(api.directory, "token") });
    await get(cluster);
    await symlink("two", join(api.directory, "..tmp"));
    await rename(join(api.directory, "..tmp"), join(api.directory, "..data"));
    await get(cluster);
    expect(api.tokens()).toEqual(["Bearer first", "Bearer later"]);
  });

  test("is read again when the server refuses its token, and the request is made once more", async () => {
    const file = join(api.directory, "token");
    await writeFile(file, "old");
    const cluster = await api.withUser({ tokenFile: file });
    api.stub.answer = ({ authorization }, response) => {
      if (authorization === "Bearer new") response.end('{"metadata":{"name":"a"}}');
      else void writeFile(file, "new").then(() => unauthorized(response));
    };
    await create(cluster);
    expect(api.tokens()).toEqual(["Bearer old", "Bearer new"]);
    expect(api.stub.seen[1]?.body).toBe(api.stub.seen[0]?.body);
  });

  test("that did not change is no reason to ask twice", async () => {
    await writeFile(join(api.directory, "token"), "old");
    const cluster = await api.withUser({ tokenFile: "token" });
    api.stub.answer = (_seen, response) => unauthorized(response);
    expect(await failed(get(cluster))).toMatchObject({ reason: "Unauthorized", code: 401 });
    expect(api.stub.seen).toHaveLength(1);
  });

  test("that is away for a moment is used as it was", async () => {
    await writeFile(join(api.directory, "token"), "t");
    const cluster = await api.withUser({ tokenFile: "token" });
    await get(cluster);
    await rename(join(api.directory, "token"), join(api.directory, "away"));
    await get(cluster);
    expect(api.tokens()).toEqual(["Bearer t", "Bearer t"]);
  });
});

describe("in a pod", () => {
  const inPod = async (host: string): Promise<KubeConfigSource> => {
    const account = join(api.directory, "var/run/secrets/kubernetes.io/serviceaccount");
    await mkdir(account, { recursive: true });
    await writeFile(join(account, "token"), "pod-token");
    await writeFile(join(account, "ca.crt"), await readFile(api.pki.authority));
    const environment = {
      KUBERNETES_SERVICE_HOST: host,
      KUBERNETES_SERVICE_PORT: String(api.stub.port),
      HOME: api.directory,
    };
    return { root: api.directory, environment };
  };

  test("the service account's token and authority are used", async () => {
    await get(api.connect(await inPod("127.0.0.1")));
    expect(api.tokens()).toEqual(["Bearer pod-token"]);
  });

  test("an IPv6 service address is a server", async () => {
    const config = loadKubeConfig(await inPod("fd00::1"));
    expect(config.getCurrentCluster()?.server).toBe(`https://[fd00::1]:${api.stub.port}`);
  });

  test("an IPv6 server is reached", async () => {
    await api.stub.stop();
    api.stub = await startApiStub(api.pki, "::1");
    const server = `https://[::1]:${api.stub.port}`;
    await get(await api.withUser({ token: "t" }, { server, "tls-server-name": "localhost" }));
    expect(api.tokens()).toEqual(["Bearer t"]);
  });

  test("nothing at all is a UserError that says what to do", () => {
    const nowhere = { root: api.directory, environment: { HOME: api.directory } };
    expect(() => loadKubeConfig(nowhere)).toThrow(UserError);
    expect(() => loadKubeConfig(nowhere)).toThrow(/no Kubernetes cluster was found[^]*--kubeconfig/);
  });
});

describe("other credentials", () => {
  test("a password, and a user to act for", async () => {
    const cluster = await api.withUser({ username: "me", password: "p:w", as: "somebody" });
    await get(cluster);
    const basic = `Basic ${Buffer.from("me:p:w").toString("base64")}`;
    expect(api.stub.seen).toMatchObject([{ authorization: basic, impersonated: "somebody" }]);
  });

  test("groups to act for are refused, as leaving them out would give other rights", async () => {
    await expect(api.withUser({ token: "t", as: "somebody", "as-groups": ["g"] })).rejects.toThrow(
      /not supported: as-groups/,
    );
  });

  test("client certificates from files that are renewed are used by the next connection, and running requests finish", async () => {
    const { adminCertificate, adminKey, serverCertificate, serverKey } = api.pki;
    const [certificate, key] = [join(api.directory, "crt"), join(api.directory, "key")];
    const place = async (from: string, fromKey: string): Promise<void> => {
      await writeFile(certificate, await readFile(from));
      await writeFile(key, await readFile(fromKey));
    };
    await place(adminCertificate, adminKey);
    const cluster = await api.withUser({ "client-certificate": certificate, "client-key": "key" });
    let finish: () => void = () => undefined;
    const slow = new Promise<void>((resolve) => {
      api.stub.answer = (_seen, response) => {
        finish = () => void response.end('{"metadata":{"name":"slow"}}');
        resolve();
      };
    });
    const running = get(cluster);
    await slow;
    await place(serverCertificate, serverKey);
    api.stub.answer = (_seen, response) => void response.end('{"metadata":{"name":"a"}}');
    await get(cluster);
    finish();
    expect(await running).toMatchObject({ metadata: { name: "slow" } });
    expect(api.stub.seen.map(({ subject }) => subject)).toEqual(["admin", "kube-apiserver"]);
  });
});

describe("the server's identity", () => {
  test("an authority as data, and a name that differs from the address", async () => {
    const data = (await readFile(api.pki.authority)).toString("base64");
    const more = { "certificate-authority": undefined, "certificate-authority-data": data };
    await get(await api.withUser({ token: "t" }, { ...more, "tls-server-name": "kubernetes.default.svc" }));
    expect(api.stub.seen).toHaveLength(1);
  });

  test.each<[string, object]>([
    ["another name", { "tls-server-name": "other.example" }],
    ["an authority that nobody trusts", { "certificate-authority": undefined }],
  ])("%s is no server of ours", async (_what, more) => {
    const cluster = await api.withUser({ token: "very-secret" }, more);
    expect(await failed(get(cluster))).toMatchObject({ reason: "ConnectionFailed" });
    expect(api.stub.seen).toEqual([]);
  });

  test("is not checked when the kubeconfig says so", async () => {
    await get(
      await api.withUser({ token: "t" }, { "certificate-authority": undefined, "insecure-skip-tls-verify": true }),
    );
    expect(api.stub.seen).toHaveLength(1);
  });

  test("a file that is missing is named at once", async () => {
    await expect(api.withUser({ token: "t" }, { "certificate-authority": "missing.crt" })).rejects.toThrow(
      /certificate-authority names cannot be read \(ENOENT\)[^]*missing\.crt/,
    );
  });
});

describe("several kubeconfig files", () => {
  test("are merged: what the first one says wins, and missing ones do not matter", async () => {
    const first = await writeKubeconfig(join(api.directory, "one"), api.cluster(), { token: "first" });
    const second = await writeKubeconfig(
      join(api.directory, "two"),
      { server: "https://192.0.2.1" },
      { token: "second" },
    );
    const environment = { KUBECONFIG: [join(api.directory, "none"), first, second].join(":") };
    await get(api.connect({ environment }));
    expect(api.tokens()).toEqual(["Bearer first"]);
  });

  test("none of which is there are named", () => {
    const file = join(dirname(api.directory), "none");
    expect(() => loadKubeConfig({ environment: { KUBECONFIG: file } })).toThrow(file);
  });
});
