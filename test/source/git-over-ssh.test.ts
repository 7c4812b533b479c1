import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { fetchCommit } from "../../src/operator/source/fetch-commit.js";
import { GitSourceReader } from "../../src/operator/source/git-source-reader.js";
import { GitSourceResolver } from "../../src/operator/source/git-source-resolver.js";
import { type GitSshServer, hasSshd, startGitSshServer } from "./git-ssh-server.js";
import { reasonOf } from "./reason-of.js";
import { POLICY, type ServedRepository, serveRepository } from "./served-repository.js";

const never = new AbortController().signal;

let served: ServedRepository;
let root: string;
let first: string;
let second: string;

beforeAll(async () => {
  served = await serveRepository();
  ({ root } = served);
  first = served.repository.commit({ "a.ipynb": "{}", "data/x.csv": "1,2\r\n" });
  second = served.repository.commit({ "a.ipynb": '{"second": true}' });
}, 60_000);

afterAll(() => served?.close());

function resolve(ref: string, url: string, credentials: Record<string, string>) {
  return new GitSourceResolver(POLICY).resolve({ url, ref, credentials }, never);
}

(hasSshd() ? describe : describe.skip)("over ssh", () => {
  let server: GitSshServer;
  beforeAll(async () => {
    server = await startGitSshServer(join(root, "sshd"));
  }, 30_000);
  afterAll(async () => server?.close());
  const url = () => `ssh://${server.user}@127.0.0.1:${server.port}${root}/repo`;

  test("a key and its known host open the repository, and the key file is gone afterwards", async () => {
    const credentials = {
      "ssh-privatekey": server.privateKey.replaceAll("\n", "\r\n"),
      known_hosts: server.knownHosts,
    };
    expect(await resolve("main", url(), credentials)).toEqual({ commit: second });
    const into = mkdtempSync(join(root, "into-"));
    const scratch = mkdtempSync(join(root, "scratch-"));
    await fetchCommit({ url: url(), commit: first, credentials, into, scratch }, POLICY);
    expect(readdirSync(into).sort()).toEqual(["a.ipynb", "data"]);
    expect(readdirSync(scratch)).toEqual([]);
  });

  test("an unknown host is a failure with advice", async () => {
    const text = await reasonOf(resolve("main", url(), { "ssh-privatekey": server.privateKey }));
    expect(text).toMatch(/^GitUntrusted: .*ssh-keyscan -p \d+ 127\.0\.0\.1/);
  });

  test("a host whose key differs is a failure", async () => {
    const other = "AAAAC3NzaC1lZDI1NTE5AAAAIIIIIIIIIIIIIIIIIIIIIIIIIIIIIIIIIIIIIIIIIIII";
    const known_hosts = `[127.0.0.1]:${server.port} ssh-ed25519 ${other}`;
    const text = await reasonOf(resolve("main", url(), { "ssh-privatekey": server.privateKey, known_hosts }));
    expect(text).toMatch(/^GitUntrusted: .*differs/);
  });

  test("a key that the server does not know is refused", async () => {
    const file = join(root, "stranger");
    execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", file]);
    const credentials = { "ssh-privatekey": readFileSync(file, "utf8"), known_hosts: server.knownHosts };
    expect(await reasonOf(resolve("main", url(), credentials))).toMatch(/^GitAuthFailed/);
  });

  test("text that is no key is told as such", async () => {
    const credentials = { "ssh-privatekey": "not a key", known_hosts: server.knownHosts };
    expect(await reasonOf(resolve("main", url(), credentials))).toMatch(/^GitAuthFailed: .*ssh-privatekey/);
  });

  test("facts are read with the key of the Secret and known hosts", async () => {
    const credentials = { "ssh-privatekey": server.privateKey, known_hosts: server.knownHosts };
    const request = { url: url(), commit: first, credentials };
    const { facts } = await new GitSourceReader(POLICY).read(request, [() => ["data/x.csv"]], undefined, never);
    expect(Buffer.from(facts[0]?.files.get("data/x.csv") ?? "").toString()).toBe("1,2\r\n");
  });
});
