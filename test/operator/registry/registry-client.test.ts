import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, jest, test } from "@jest/globals";
import { parseImageReference } from "../../../src/build/index.js";
import { type RegistryAccess, RegistryError } from "../../../src/operator/image-registry.js";
import { RegistryClient } from "../../../src/operator/registry/registry-client.js";
import type { RegistryPolicy } from "../../../src/operator/registry/registry-policy.js";
import { type DockerRegistry, hasDockerRegistry, LOGIN, startDockerRegistry } from "./docker-registry.js";
import { type PushedImage, pushImage, pushIndex } from "./push-image.js";

jest.setTimeout(30_000);

const policy: RegistryPolicy = { addresses: { allowLoopback: true } };
const open: RegistryAccess = { isInsecure: true, secrets: [] };
const never = new AbortController().signal;
const labels = { "mlops.dev/environment-digest": "sha256:abc" };

let root: string;
let registry: DockerRegistry;
let image: PushedImage;

function reference(text: string) {
  const found = parseImageReference(text);
  if (found === undefined) throw new Error(`no reference: ${text}`);
  return found;
}

/** A Secret with a login for one host. */
function secretFor(host: string, login = LOGIN): Record<string, string> {
  const auth = Buffer.from(`${login.username}:${login.password}`).toString("base64");
  return { ".dockerconfigjson": JSON.stringify({ auths: { [host]: { auth } } }) };
}

async function failureOf(work: Promise<unknown>): Promise<string> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return error instanceof RegistryError ? `${error.kind}: ${error.message}` : String(error);
}

const client = new RegistryClient(policy);

(hasDockerRegistry() ? describe : describe.skip)("with the real docker-registry", () => {
  beforeAll(async () => {
    root = mkdtempSync(join(tmpdir(), "nbv-registry-"));
    registry = await startDockerRegistry({ directory: join(root, "open"), storage: join(root, "storage") });
    const base = `http://${registry.host}`;
    image = await pushImage({ base, path: "team/env", tag: "v1", labels });
    await pushImage({ base, path: "public/env", tag: "v1", labels });
  }, 60_000);

  afterAll(async () => {
    await registry?.close();
    rmSync(root, { recursive: true, force: true });
  });

  async function using(
    options: Partial<Parameters<typeof startDockerRegistry>[0]>,
    use: (other: DockerRegistry) => Promise<void>,
  ): Promise<void> {
    const directory = mkdtempSync(join(root, "other-"));
    const other = await startDockerRegistry({ directory, storage: join(root, "storage"), ...options });
    try {
      await use(other);
    } finally {
      await other.close();
    }
  }

  describe("an image", () => {
    test("is found by tag and by digest, with its size and labels", async () => {
      const expected = { digest: image.digest, sizeBytes: image.sizeBytes, labels };
      const named = `${registry.host}/team/env`;
      expect(await client.find(reference(`${named}:v1`), open, never)).toEqual(expected);
      expect(await client.find(reference(`${named}@${image.digest}`), open, never)).toEqual(expected);
      expect(await client.digestOf(reference(`${named}:v1`), open, never)).toBe(image.digest);
    });

    test("that is not there is absent: the tag, the digest, the repository", async () => {
      for (const rest of ["team/env:v2", `team/env@sha256:${"0".repeat(64)}`, "no/such:v1"]) {
        expect(await client.find(reference(`${registry.host}/${rest}`), open, never)).toBeUndefined();
        expect(await client.digestOf(reference(`${registry.host}/${rest}`), open, never)).toBeUndefined();
      }
    });

    test("for several platforms is named by its index, and known by its image for the usual processor", async () => {
      const pushed = await pushIndex({ base: `http://${registry.host}`, path: "team/multi", tag: "v1", labels });
      const found = await client.find(reference(`${registry.host}/team/multi:v1`), open, never);
      expect(found).toEqual({ digest: pushed.index, sizeBytes: pushed.amd64.sizeBytes, labels });
    });
  });

  describe("a tag", () => {
    test("moves to an image, again and again, and the image stays the same byte for byte", async () => {
      const base = `http://${registry.host}`;
      const old = await pushImage({ base, path: "team/move", tag: "prod", layer: "old" });
      const fresh = await pushImage({ base, path: "team/move", tag: "abc123", layer: "new" });
      const byDigest = reference(`${registry.host}/team/move@${fresh.digest}`);
      const prod = reference(`${registry.host}/team/move:prod`);
      expect(await client.digestOf(prod, open, never)).toBe(old.digest);
      await client.tag(byDigest, "prod", open, never);
      await client.tag(byDigest, "prod", open, never);
      expect(await client.digestOf(prod, open, never)).toBe(fresh.digest);
    });

    test("moves to an index, too", async () => {
      const pushed = await pushIndex({ base: `http://${registry.host}`, path: "team/multi2", tag: "v1" });
      await client.tag(reference(`${registry.host}/team/multi2@${pushed.index}`), "prod", open, never);
      expect(await client.digestOf(reference(`${registry.host}/team/multi2:prod`), open, never)).toBe(pushed.index);
    });

    test("never moves to an image that is gone", async () => {
      const gone = reference(`${registry.host}/team/env@sha256:${"1".repeat(64)}`);
      expect(await failureOf(client.tag(gone, "prod", open, never))).toMatch(/^invalid: .*does not have the image/);
    });

    test("does not move in a registry that takes nothing", async () => {
      await using({ readOnly: true }, async (other) => {
        const byDigest = reference(`${other.host}/team/env@${image.digest}`);
        expect(await failureOf(client.tag(byDigest, "prod", open, never))).toMatch(/answered with status 405/);
      });
    });
  });

  describe("a registry that asks who it is", () => {
    test("lets in by name and password", async () => {
      await using({ auth: "basic" }, async ({ host }) => {
        const access = { isInsecure: true, secrets: [secretFor(host)] };
        expect(await client.find(reference(`${host}/team/env:v1`), access, never)).toMatchObject({
          digest: image.digest,
        });
        await client.tag(reference(`${host}/team/env@${image.digest}`), "by-basic", access, never);
        expect(await client.digestOf(reference(`${host}/team/env:by-basic`), access, never)).toBe(image.digest);
      });
    });

    test("lets in by a token of its token server, for pulling and for pushing", async () => {
      await using({ auth: "token" }, async ({ host, tokens }) => {
        const access = { isInsecure: true, secrets: [secretFor(host)] };
        expect(await client.find(reference(`${host}/team/env:v1`), access, never)).toMatchObject({
          digest: image.digest,
        });
        await client.tag(reference(`${host}/team/env@${image.digest}`), "by-token", access, never);
        expect(await client.digestOf(reference(`${host}/team/env:by-token`), access, never)).toBe(image.digest);
        expect(tokens[0]).toBe("ada repository:team/env:pull");
        expect(tokens.some((each) => /^ada repository:team\/env:(?:pull,push|push,pull)$/.test(each))).toBe(true);
      });
    });

    test("gives what is public to nobody in particular", async () => {
      await using({ auth: "token" }, async ({ host, tokens }) => {
        expect(await client.digestOf(reference(`${host}/public/env:v1`), open, never)).toMatch(/^sha256:/);
        expect(tokens).toEqual(["anonymous repository:public/env:pull"]);
      });
    });

    test.each(["basic", "token"] as const)(
      "says by %s what is wrong with the credentials, and not what they are",
      async (auth) => {
        await using({ auth }, async ({ host }) => {
          const named = reference(`${host}/team/env:v1`);
          const wrong = secretFor(host, { username: "ada", password: "hunter2-hunter2" });
          const failures = await Promise.all(
            [[], [wrong], [secretFor("elsewhere.example")]].map((secrets) =>
              failureOf(client.find(named, { isInsecure: true, secrets }, never)),
            ),
          );
          expect(failures[0]).toMatch(/^denied: .*no credentials are given/);
          expect(failures[1]).toMatch(/^denied: .*credentials of the Secret are wrong/);
          expect(failures[2]).toMatch(/^denied: .*no login for it/);
          expect(failures.join()).not.toContain("hunter2");
        });
      },
    );

    test("is tried with every login that fits, the most specific first", async () => {
      await using({ auth: "basic" }, async ({ host }) => {
        const auth = (password: string) => Buffer.from(`ada:${password}`).toString("base64");
        const auths = { [`${host}/team`]: { auth: auth("wrong") }, [host]: { auth: auth(LOGIN.password) } };
        const secrets = [{ ".dockerconfigjson": JSON.stringify({ auths }) }];
        const found = await client.digestOf(reference(`${host}/team/env:v1`), { isInsecure: true, secrets }, never);
        expect(found).toBe(image.digest);
      });
    });
  });

  describe("a registry by https", () => {
    test("is believed when its authority is trusted, and only then", async () => {
      await using({ tls: true }, async ({ host, authority = "" }) => {
        const named = reference(`${host}/team/env:v1`);
        const access = { isInsecure: false, secrets: [] };
        const trusting = new RegistryClient({ ...policy, authorities: authority });
        expect(await trusting.digestOf(named, access, never)).toBe(image.digest);
        expect(await failureOf(client.digestOf(named, access, never))).toMatch(/^untrusted: .*caBundle/);
      });
    });

    test("is not spoken to by http, nor the other way round", async () => {
      const failure = await failureOf(
        client.digestOf(reference(`${registry.host}/team/env:v1`), { ...open, isInsecure: false }, never),
      );
      expect(failure).toMatch(/^untrusted: .*does not speak https/);
    });
  });

  test("a loopback registry is none that jobs may have asked, unless it is the operator's own", async () => {
    const named = reference(`${registry.host}/team/env:v1`);
    expect(await failureOf(new RegistryClient().digestOf(named, open, never))).toMatch(/^refused: .*loopback/);
    const own = new RegistryClient({ trustedHosts: [registry.host] });
    expect(await own.digestOf(named, open, never)).toBe(image.digest);
  });

  test("a registry that is down is unavailable", async () => {
    let host = "";
    await using({}, async (other) => {
      host = other.host;
    });
    const failure = await failureOf(client.digestOf(reference(`${host}/team/env:v1`), open, never));
    expect(failure).toMatch(/^unavailable: .*can't be reached \(ECONNREFUSED\)/);
  });
});
