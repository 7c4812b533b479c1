import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import {
  type DerivationQuestion,
  type DerivedCredentials,
  type GitSecret,
  hostsOf,
  planDerivedGitSecret,
  tektonHost,
} from "../../../src/build/index.js";

const PASSWORD: DerivedCredentials = { kind: "password", username: "ci", password: "p@ss:w/ord" };
const KEY: DerivedCredentials = {
  kind: "ssh-key",
  privateKey: "KEY\n",
  knownHosts: "git.example.org ssh-ed25519 AAAA",
};

const source = (more: Partial<GitSecret["metadata"]> = {}): GitSecret => ({
  metadata: { name: "git", namespace: "fraud", uid: "uid-1", resourceVersion: "7", ...more },
});
const question = (more: Partial<DerivationQuestion> = {}): DerivationQuestion => ({
  source: source(),
  existing: undefined,
  credentials: PASSWORD,
  hosts: ["https://git.example.org"],
  servesBothTransports: false,
  ...more,
});
/** What the question leads to, carried out. */
function made(asked: DerivationQuestion): GitSecret {
  const plan = planDerivedGitSecret(asked);
  if (!("secret" in plan)) throw new Error(plan.kind);
  return plan.secret;
}
const textOf = (secret: GitSecret, key: string) => Buffer.from(secret.data?.[key] ?? "", "base64").toString();

describe("a derived Git Secret", () => {
  test("says in Tekton's words what its source says, for the job's own server", () => {
    const secret = made(question());
    expect(secret).toMatchObject({
      metadata: {
        name: "git-tekton",
        namespace: "fraud",
        annotations: {
          "tekton.dev/git-0": "https://git.example.org",
          "mlops.dev/derived-from": "git",
          "mlops.dev/source-version": "uid-1/7",
        },
        ownerReferences: [{ kind: "Secret", name: "git", uid: "uid-1" }],
      },
      type: "kubernetes.io/basic-auth",
    });
    expect([textOf(secret, "username"), textOf(secret, "password")]).toEqual(["ci", "p@ss:w/ord"]);
  });

  test("of an ssh key names its known hosts: Tekton would trust whoever answers", () => {
    const secret = made(question({ credentials: KEY, hosts: ["git.example.org:2222"] }));
    expect(secret.type).toBe("kubernetes.io/ssh-auth");
    expect(secret.metadata.annotations).toMatchObject({ "tekton.dev/git-0": "git.example.org:2222" });
    expect(textOf(secret, "known_hosts")).toBe("git.example.org ssh-ed25519 AAAA");
  });

  test("is left alone when it says the same, whatever a refresh did to its source's version", () => {
    const existing = made(question());
    const refreshed = question({ existing, source: source({ resourceVersion: "8" }) });
    expect(planDerivedGitSecret(refreshed)).toEqual({ kind: "keep" });
  });

  test("follows a rotated password", () => {
    const credentials: DerivedCredentials = { ...PASSWORD, password: "new" };
    const plan = planDerivedGitSecret(question({ existing: made(question()), credentials }));
    expect(plan.kind).toBe("update");
    expect(textOf(made(question({ existing: made(question()), credentials })), "password")).toBe("new");
  });

  test("follows a source that was made anew: else garbage collection takes it away", () => {
    const plan = planDerivedGitSecret(question({ existing: made(question()), source: source({ uid: "uid-2" }) }));
    expect(plan).toMatchObject({ kind: "update", secret: { metadata: { ownerReferences: [{ uid: "uid-2" }] } } });
  });

  test("serves every server that a job asked it for", () => {
    const second = question({ existing: made(question()), hosts: ["https://mirror.example.org"] });
    expect(hostsOf(made(second))).toEqual(["https://git.example.org", "https://mirror.example.org"]);
    expect(planDerivedGitSecret(question({ existing: made(second) }))).toEqual({ kind: "keep" });
  });

  test("is made anew when its source turns from passwords to keys: the type of a Secret can't be changed", () => {
    const plan = planDerivedGitSecret(
      question({ existing: made(question()), credentials: KEY, hosts: ["git.example.org"] }),
    );
    expect(plan).toMatchObject({ kind: "replace", secret: { type: "kubernetes.io/ssh-auth" } });
    if (plan.kind === "replace") expect(hostsOf(plan.secret)).toEqual(["git.example.org"]);
  });

  test("doesn't flap between two jobs that want it for passwords and for keys", () => {
    const plan = planDerivedGitSecret(
      question({ existing: made(question()), credentials: KEY, servesBothTransports: true }),
    );
    expect(plan).toMatchObject({ kind: "refused", message: expect.stringContaining("Secret of its own for each") });
  });

  test.each([
    ["no label of ours", { labels: {} }],
    ["another source", { annotations: { "mlops.dev/derived-from": "other" } }],
    ["another operator's label", { labels: { "app.kubernetes.io/managed-by": "jupyter-notebook-validator-operator" } }],
  ])("that has %s is somebody else's, and never touched", (_, metadata) => {
    const mine = made(question());
    const existing = { ...mine, metadata: { ...mine.metadata, ...metadata } };
    expect(planDerivedGitSecret(question({ existing, credentials: { ...PASSWORD, password: "x" } }))).toEqual({
      kind: "unmanaged",
    });
  });

  test("no plan's words hold a credential, and nothing in its marks tells one", () => {
    const secret = made(question());
    expect(JSON.stringify(secret.metadata)).not.toContain("p@ss");
    for (const plan of [planDerivedGitSecret(question({ source: source({ name: "n".repeat(250) }) }))])
      expect(JSON.stringify(plan)).not.toContain("p@ss");
  });

  const credentials = fc.oneof(
    fc.record({ kind: fc.constant("password" as const), username: fc.string(), password: fc.string() }),
    fc.record({ kind: fc.constant("ssh-key" as const), privateKey: fc.string(), knownHosts: fc.string() }),
  );
  test("what is planned, once done, is kept", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(credentials, fc.uniqueArray(fc.webAuthority(), { maxLength: 4 })), {
          minLength: 1,
          maxLength: 6,
        }),
        (steps) => {
          let existing: GitSecret | undefined;
          for (const [each, hosts] of steps) {
            const asked = question({ existing, credentials: each, hosts });
            const plan = planDerivedGitSecret(asked);
            if ("secret" in plan) existing = plan.secret;
            expect(planDerivedGitSecret({ ...asked, existing })).toEqual({ kind: "keep" });
            expect(existing === undefined ? [] : hostsOf(existing)).toEqual(expect.arrayContaining(hosts));
          }
        },
      ),
      { numRuns: 200 },
    );
  });
});

describe("a server in Tekton's words", () => {
  test.each([
    [{ scheme: "https", host: "git.example.org", port: 443 }, "https://git.example.org"],
    [{ scheme: "https", host: "git.example.org", port: 8443 }, "https://git.example.org:8443"],
    [{ scheme: "http", host: "git.example.org", port: 80 }, "http://git.example.org"],
    [{ scheme: "ssh", host: "git.example.org", port: 22 }, "git.example.org"],
    [{ scheme: "ssh", host: "2001:db8::1", port: 2222 }, "[2001:db8::1]:2222"],
    [{ scheme: "git", host: "git.example.org", port: 9418 }, undefined],
  ] as const)("%j", (remote, expected) => expect(tektonHost(remote)).toBe(expected));
});
