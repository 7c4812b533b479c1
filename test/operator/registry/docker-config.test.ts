import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { parseChallenges } from "../../../src/operator/registry/challenge.js";
import { loginsFor, secretTextsOf } from "../../../src/operator/registry/docker-config.js";

function secret(auths: unknown): Record<string, string> {
  return { ".dockerconfigjson": JSON.stringify({ auths }) };
}

const basic = (user: string, password: string) => ({ auth: Buffer.from(`${user}:${password}`).toString("base64") });

function usersFor(host: string, path: string, auths: unknown): string[] {
  return loginsFor({ host, path }, secret(auths)).map((login) =>
    login.kind === "password" ? login.username : login.kind,
  );
}

describe("a docker configuration", () => {
  // Facts: the kubelet's pkg/credentialprovider/keyring.go, and what docker and podman write.
  test.each([
    ["quay.io", "quay.io", "org/x"],
    ["https://quay.io", "quay.io", "org/x"],
    ["https://quay.io/v2/", "quay.io", "org/x"],
    ["quay.io/org", "quay.io", "org/x"],
    ["quay.io/org/x", "quay.io", "org/x"],
    ["QUAY.io", "quay.io", "org/x"],
    ["https://index.docker.io/v1/", "docker.io", "library/ubuntu"],
    ["docker.io", "docker.io", "library/ubuntu"],
    ["registry.local:5000", "registry.local:5000", "x"],
    ["*.dkr.ecr.*.amazonaws.com", "123.dkr.ecr.eu-west-1.amazonaws.com", "x"],
    ["reg*.example.com", "registry.example.com", "x"],
  ])("with a login for %s has one for %s/%s", (key, host, path) => {
    expect(usersFor(host, path, { [key]: basic("ada", "pw") })).toEqual(["ada"]);
  });

  test.each([
    ["quay.io", "evil-quay.io", "x"],
    ["quay.io", "quay.io.evil.example", "x"],
    ["quay.io", "quay.io:5000", "x"],
    ["quay.io/org", "quay.io", "organisation/x"],
    ["quay.io/org/x", "quay.io", "org"],
    ["*.example.com", "a.b.example.com", "x"],
    ["*.example.com", "example.com", "x"],
    ["docker.io", "quay.io", "docker.io/x"],
  ])("with a login for %s has none for %s/%s", (key, host, path) => {
    expect(usersFor(host, path, { [key]: basic("ada", "pw") })).toEqual([]);
  });

  test("prefers the login that is meant for the image most", () => {
    const auths = {
      "*.io": basic("glob", "1"),
      "quay.io": basic("host", "2"),
      "quay.io/org": basic("org", "3"),
      "quay.io/org/x": basic("image", "4"),
    };
    expect(usersFor("quay.io", "org/x", auths)).toEqual(["image", "org", "host", "glob"]);
  });

  test("holds passwords with colons, separate fields, and tokens", () => {
    const auths = {
      "a.io": basic("ada", "s3:cr:et"),
      "b.io": { username: "bob", password: "pw" },
      "c.io": { ...basic("00000000-0000", "x"), identitytoken: "refresh" },
      "d.io": { registrytoken: "bearer" },
      "e.io": {},
      "f.io": null,
    };
    const of = (host: string) => loginsFor({ host, path: "x" }, secret(auths));
    expect(of("a.io")).toEqual([{ kind: "password", username: "ada", password: "s3:cr:et" }]);
    expect(of("b.io")).toEqual([{ kind: "password", username: "bob", password: "pw" }]);
    expect(of("c.io")).toEqual([{ kind: "identity", token: "refresh" }]);
    expect(of("d.io")).toEqual([{ kind: "registry", token: "bearer" }]);
    expect([...of("e.io"), ...of("f.io")]).toEqual([]);
    expect(secretTextsOf(secret(auths))).toEqual(expect.arrayContaining(["s3:cr:et", "pw", "refresh", "bearer"]));
  });

  test("may be of the older kind", () => {
    const data = { ".dockercfg": JSON.stringify({ "quay.io": basic("ada", "pw") }) };
    expect(loginsFor({ host: "quay.io", path: "x" }, data)).toHaveLength(1);
  });

  test.each([{}, { ".dockerconfigjson": "{" }, { ".dockerconfigjson": '{"auths":[]}' }, { password: "hunter22" }])(
    "that is none is refused, without being quoted",
    (data) => {
      const read = () => loginsFor({ host: "quay.io", path: "x" }, data);
      expect(read).toThrow(/^The Secret with the registry's credentials (has neither|has no|is no) /);
      expect(read).not.toThrow(/hunter22/);
    },
  );

  test("without logins has none", () => {
    for (const text of ["{}", '{"auths":null}', "null"]) {
      expect(loginsFor({ host: "quay.io", path: "x" }, { ".dockerconfigjson": text })).toEqual([]);
    }
  });
});

describe("a challenge", () => {
  test("is read with its parameters, and the next one after it", () => {
    const header =
      'Bearer realm="https://auth.example/token",service="a, \\"b\\"",scope="repository:x:pull", Basic realm=simple';
    expect(parseChallenges(header)).toEqual([
      {
        scheme: "bearer",
        parameters: { realm: "https://auth.example/token", service: 'a, "b"', scope: "repository:x:pull" },
      },
      { scheme: "basic", parameters: { realm: "simple" } },
    ]);
  });

  test("is read or left alone, whatever it is", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-zA-Z=", \\\t]{0,100}$/), (header) => {
        for (const { scheme, parameters } of parseChallenges(header)) {
          expect(scheme).not.toBe("");
          expect(Object.getPrototypeOf(parameters)).toBeNull();
        }
      }),
    );
    expect(parseChallenges('"'.repeat(1_000_000))).toEqual([]);
  });
});
