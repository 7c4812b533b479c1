import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { pino } from "pino";
import { parseOperatorConfig } from "../../src/api/index.js";
import {
  type Cluster,
  KubeError,
  ManualClock,
  objectOf,
  SECRETS,
  type Secret,
  seededRandom,
} from "../../src/kube/index.js";
import { type ApiCall, MemoryCluster } from "../../src/kube/memory/index.js";
import { GitCredentialsSync } from "../../src/operator/git-credentials-sync.js";
import { GitCredentialsWatch } from "../../src/operator/git-credentials-watch.js";

const NAMESPACE = "fraud";
const URL = "https://git.example.org/fraud/notebooks.git";
const QUESTION = { namespace: NAMESPACE, secret: "git", url: URL };

const clock = new ManualClock();
let cluster: MemoryCluster;
/** Told of every call; what it throws is the answer. */
let intercept: ((call: ApiCall) => void) | undefined;
let lines: string[];

beforeEach(() => {
  intercept = undefined;
  lines = [];
  cluster = new MemoryCluster({
    clock,
    random: seededRandom(1),
    autoCreateNamespaces: true,
    intercept: async (call, proceed) => {
      intercept?.(call);
      return await proceed();
    },
  });
});

function anOperator(knownHosts = ""): GitCredentialsSync {
  const logger = pino({ level: "trace" }, { write: (line: string) => void lines.push(line) });
  return new GitCredentialsSync({ cluster, logger, config: parseOperatorConfig({ git: { knownHosts } }) });
}
async function aSecret(name: string, texts: Record<string, string>, more: Partial<Secret> = {}): Promise<Secret> {
  const data = Object.fromEntries(
    Object.entries(texts).map(([key, text]) => [key, Buffer.from(text).toString("base64")]),
  );
  const draft = { ...more, metadata: { name, namespace: NAMESPACE, ...more.metadata }, data };
  return await cluster.create(SECRETS, objectOf(SECRETS, draft));
}
async function rotate(texts: Record<string, string>): Promise<void> {
  const now = await cluster.get(SECRETS, { namespace: NAMESPACE, name: "git" });
  const data = Object.fromEntries(
    Object.entries(texts).map(([key, text]) => [key, Buffer.from(text).toString("base64")]),
  );
  await cluster.replace(SECRETS, { ...now, data });
}
async function derived(): Promise<{ type: string | undefined; texts: Record<string, string>; secret: Secret }> {
  const secret = await cluster.get(SECRETS, { namespace: NAMESPACE, name: "git-tekton" });
  const texts = Object.entries(secret.data ?? {}).map(([key, text]) => [key, Buffer.from(text, "base64").toString()]);
  return { type: secret.type, texts: Object.fromEntries(texts) as Record<string, string>, secret };
}

describe("before a build that needs it", () => {
  test("the derived Secret is made, and made again only by what changed", async () => {
    await aSecret("git", { username: "ci", password: "old" });
    const sync = anOperator();
    expect(await sync.ensure(QUESTION)).toEqual({ kind: "ready", name: "git-tekton" });
    const first = await derived();
    expect(first).toMatchObject({ type: "kubernetes.io/basic-auth", texts: { username: "ci", password: "old" } });
    await sync.ensure(QUESTION);
    expect((await derived()).secret.metadata.resourceVersion).toBe(first.secret.metadata.resourceVersion);
    await rotate({ username: "ci", password: "new" });
    await anOperator().ensure(QUESTION);
    expect((await derived()).texts).toEqual({ username: "ci", password: "new" });
  });

  test("marks that others put on it stay; keys that are no longer wanted go", async () => {
    await aSecret("git", { username: "ci", password: "old" });
    const sync = anOperator();
    await sync.ensure(QUESTION);
    const key = { namespace: NAMESPACE, name: "git-tekton" };
    await cluster.patch(SECRETS, key, { metadata: { labels: { team: "fraud" } }, data: { surplus: "eA==" } });
    await sync.ensure(QUESTION);
    const { texts, secret } = await derived();
    expect(texts).toEqual({ username: "ci", password: "old" });
    expect(secret.metadata.labels).toMatchObject({ team: "fraud" });
  });

  test("a source that External Secrets deletes and makes again owns it anew", async () => {
    await aSecret("git", { username: "ci", password: "old" });
    const sync = anOperator();
    await sync.ensure(QUESTION);
    await cluster.delete(SECRETS, { namespace: NAMESPACE, name: "git" }, { propagationPolicy: "Orphan" });
    expect(await sync.ensure(QUESTION)).toMatchObject({ kind: "failed", reason: "SecretMissing" });
    const { metadata } = await aSecret("git", { username: "ci", password: "new" });
    await sync.ensure(QUESTION);
    const { texts, secret } = await derived();
    expect(texts["password"]).toBe("new");
    expect(secret.metadata.ownerReferences).toMatchObject([{ uid: metadata.uid }]);
  });

  test("an ssh key goes with its known hosts, or the operator's, and never without", async () => {
    await aSecret("git", { "ssh-privatekey": "KEY" });
    const question = { ...QUESTION, url: "git@git.example.org:fraud/notebooks.git" };
    expect(await anOperator().ensure(question)).toMatchObject({ kind: "failed", reason: "GitUntrusted" });
    await expect(derived()).rejects.toThrow(/not found/);
    await anOperator("git.example.org ssh-ed25519 AAAA").ensure(question);
    expect(await derived()).toMatchObject({
      type: "kubernetes.io/ssh-auth",
      texts: { known_hosts: "git.example.org ssh-ed25519 AAAA" },
      secret: { metadata: { annotations: { "tekton.dev/git-0": "git.example.org" } } },
    });
  });

  test("a source that turns from passwords to keys gets one of the other type", async () => {
    await aSecret("git", { username: "ci", password: "old" });
    const sync = anOperator();
    await sync.ensure(QUESTION);
    await rotate({ "ssh-privatekey": "KEY", known_hosts: "git.example.org ssh-ed25519 AAAA" });
    await sync.ensure({ ...QUESTION, url: "ssh://git@git.example.org/fraud/notebooks.git" });
    expect((await derived()).type).toBe("kubernetes.io/ssh-auth");
  });

  test("somebody else's Secret of that name is used as it is, and the job is told so", async () => {
    await aSecret("git", { username: "ci", password: "old" });
    const mine = await aSecret("git-tekton", { ".git-credentials": "theirs" });
    const answer = await anOperator().ensure(QUESTION);
    expect(answer).toMatchObject({ kind: "ready", warning: expect.stringContaining("not made by the operator") });
    expect((await derived()).secret.metadata.resourceVersion).toBe(mine.metadata.resourceVersion);
  });

  test.each([
    ["has no password", { username: "ci" }, "GitAuthFailed"],
    ["has a key where a password is needed", { "ssh-privatekey": "KEY" }, "GitAuthFailed"],
    ["is not there", undefined, "SecretMissing"],
  ])("a source that %s is told as such", async (_, texts, reason) => {
    if (texts !== undefined) await aSecret("git", texts);
    expect(await anOperator().ensure(QUESTION)).toMatchObject({ kind: "failed", reason });
  });

  test("without the Role, the answer names the setting that gives it", async () => {
    await aSecret("git", { username: "ci", password: "old" });
    intercept = ({ verb }) => {
      if (verb === "create") throw new KubeError({ reason: "Forbidden", message: "no" });
    };
    expect(await anOperator().ensure(QUESTION)).toMatchObject({
      kind: "failed",
      reason: "ApiForbidden",
      message: expect.stringContaining("access.derivedSecretNamespaces"),
    });
  });

  test("two replicas at once: one writes, the other finds it done", async () => {
    await aSecret("git", { username: "ci", password: "old" });
    const answers = await Promise.all([anOperator().ensure(QUESTION), anOperator().ensure(QUESTION)]);
    expect(answers.map(({ kind }) => kind)).toEqual(["ready", "ready"]);
  });

  test("jobs with one Secret and two servers both find theirs", async () => {
    await aSecret("git", { username: "ci", password: "old" });
    const sync = anOperator();
    await Promise.all([
      sync.ensure(QUESTION),
      sync.ensure({ ...QUESTION, url: "https://mirror.example.org:8443/a/b" }),
    ]);
    const { annotations } = (await derived()).secret.metadata;
    expect([annotations?.["tekton.dev/git-0"], annotations?.["tekton.dev/git-1"]]).toEqual([
      "https://git.example.org",
      "https://mirror.example.org:8443",
    ]);
  });

  test("no answer and no log line holds a credential", async () => {
    await aSecret("git", { username: "ci", password: "hunter2hunter2" });
    const answer = await anOperator().ensure(QUESTION);
    expect(lines.join("")).toContain("git-tekton");
    for (const text of [JSON.stringify(answer), lines.join("")]) {
      expect(text).not.toContain("hunter2");
      expect(text).not.toContain(Buffer.from("hunter2hunter2").toString("base64"));
    }
  });
});

describe("where the namespace opted in to watching", () => {
  let watch: GitCredentialsWatch | undefined;
  const seen: string[] = [];

  async function watching(sync = anOperator(), through: Cluster = cluster): Promise<void> {
    watch = new GitCredentialsWatch({
      cluster: through,
      clock,
      random: seededRandom(2),
      logger: pino({ level: "silent" }),
      sync,
      namespaces: [NAMESPACE],
      onSecret: (namespace, name) => void seen.push(`${namespace}/${name}`),
    });
    watch.start();
    await settle();
  }
  async function settle(): Promise<void> {
    for (let turn = 0; turn < 10; turn++) await clock.settle();
  }

  afterEach(async () => {
    await watch?.stop();
    watch = undefined;
    seen.length = 0;
  });

  test("a rotated Secret reaches the derived one at once, without a job and without a restart", async () => {
    await aSecret("git", { token: "old" });
    await anOperator().ensure({ ...QUESTION, url: "https://oauth2@git.example.org/fraud/notebooks.git" });
    await watching();
    await rotate({ token: "new" });
    await settle();
    expect((await derived()).texts).toEqual({ username: "oauth2", password: "new" });
  });

  test("one that was rotated while nobody watched is found on the first look", async () => {
    await aSecret("git", { username: "ci", password: "old" });
    await anOperator().ensure(QUESTION);
    await rotate({ username: "ci", password: "new" });
    await watching();
    expect((await derived()).texts["password"]).toBe("new");
  });

  test("what somebody wrote into the derived Secret does not stay", async () => {
    await aSecret("git", { username: "ci", password: "old" });
    await anOperator().ensure(QUESTION);
    await watching();
    await cluster.patch(SECRETS, { namespace: NAMESPACE, name: "git-tekton" }, { data: { password: "eA==" } });
    await settle();
    expect((await derived()).texts["password"]).toBe("old");
  });

  test("Secrets that nobody derived anything from cost nothing", async () => {
    await aSecret("git", { username: "ci", password: "old" });
    await aSecret("git-tekton", { password: "theirs" });
    const asked: string[] = [];
    intercept = ({ verb }) => void asked.push(verb);
    await watching();
    await rotate({ username: "ci", password: "new" });
    await settle();
    expect((await derived()).texts).toEqual({ password: "theirs" });
    expect(asked.filter((verb) => verb === "patch" || verb === "create")).toEqual([]);
    expect(seen).toContain("fraud/git");
  });

  test("an API server that stumbles is asked again", async () => {
    await aSecret("git", { username: "ci", password: "old" });
    await anOperator().ensure(QUESTION);
    await watching();
    let failures = 2;
    intercept = ({ verb }) => {
      if (verb === "patch" && failures-- > 0) throw new KubeError({ reason: "ServiceUnavailable", message: "later" });
    };
    await rotate({ username: "ci", password: "new" });
    await settle();
    expect((await derived()).texts["password"]).toBe("old");
    await clock.advance(10_000);
    await settle();
    expect((await derived()).texts["password"]).toBe("new");
  });
});
