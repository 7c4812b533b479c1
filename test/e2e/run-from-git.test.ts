import { existsSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, jest, test } from "@jest/globals";
import { type GitHttpServer, startGitHttpServer } from "../source/git-http-server.js";
import { makeRepository } from "../source/git-repository.js";
import { type GitSshServer, hasSshd, startGitSshServer } from "../source/git-ssh-server.js";
import { buildNbv, code, job, manifest, notebook, secret, writeFiles } from "./nbv.js";
import { Workshop } from "./workshop.js";

jest.setTimeout(90_000);

const PASSWORD = "hunter2-is-not-enough";
const login = { username: "ada", password: PASSWORD };
const workshop = new Workshop();
const { root } = workshop;
const run = workshop.run.bind(workshop);
let open: GitHttpServer;
let closed: GitHttpServer;
let commit: string;

beforeAll(async () => {
  buildNbv();
  const repository = makeRepository(join(root, "repo"));
  commit = repository.commit({
    "notebooks/good.ipynb": notebook(
      code("import helper\nprint(helper.answer())"),
      code("value = open('data.txt').read()\nassert value == '42'"),
    ),
    "notebooks/data.txt": "42",
    "helper.py": "def answer() -> int:\n    return 42\n",
  });
  open = await startGitHttpServer({ root });
  closed = await startGitHttpServer({ root, login });
}, 180_000);

afterAll(async () => {
  await open?.close();
  await closed?.close();
  workshop.close();
});

describe("from a Git server", () => {
  const source = (url: string, more: object = {}) => ({
    git: { url, ref: "main", ...more },
    path: "notebooks/good.ipynb",
  });

  test("a public repository over http", async () => {
    const { code: exit, first, reports } = await run(job("good", source(`${open.base}/repo`)));
    expect({ exit, verdict: first?.verdict, commit: first?.status.source?.commit }).toEqual({
      exit: 0,
      verdict: "Passed",
      commit,
    });
    expect(first?.status.results?.map(({ status }) => status)).toEqual(["Success", "Success"]);
    const files = ["environment.cdx.json", "executed.ipynb", "junit.xml", "report.html", "report.json", "report.sarif"];
    expect(readdirSync(reports).sort()).toEqual(files);
  });

  test("a private one over http, with a password that appears nowhere", async () => {
    const text = manifest(
      job("good", source(`${closed.base}/repo`, { credentialsSecret: "git" })),
      secret("git", login, "kubernetes.io/basic-auth"),
    );
    const { code: exit, everything } = await run(text, [], { NBV_DEBUG: "1" });
    expect(exit).toBe(0);
    expect(everything).not.toContain(PASSWORD);
    expect(everything).not.toContain(Buffer.from(PASSWORD).toString("base64"));
  });

  test("a private one without its password is refused for that reason", async () => {
    const text = manifest(
      job("good", source(`${closed.base}/repo`, { credentialsSecret: "git" })),
      secret("git", { username: "ada", password: "wr0ng-pass" }),
    );
    const { code: exit, first, everything } = await run(text, [], { NBV_DEBUG: "1" });
    expect({ exit, reason: first?.status.reason }).toEqual({ exit: 2, reason: "GitAuthFailed" });
    expect(everything).not.toContain("wr0ng-pass");
  });

  test("a branch that is not there", async () => {
    const text = job("good", { git: { url: `${open.base}/repo`, ref: "mian" }, path: "notebooks/good.ipynb" });
    const { code: exit, first } = await run(text);
    expect({ exit, reason: first?.status.reason }).toEqual({ exit: 2, reason: "GitRefNotFound" });
    expect(first?.status.message).toContain("did you mean main");
  });

  (hasSshd() ? describe : describe.skip)("over ssh", () => {
    let server: GitSshServer;
    beforeAll(async () => {
      server = await startGitSshServer(join(root, "sshd"));
    });
    afterAll(async () => server?.close());
    const at = () => source(`ssh://${server.user}@127.0.0.1:${server.port}${root}/repo`, { credentialsSecret: "key" });

    test("with a key and a known host; the key appears nowhere", async () => {
      const data = { "ssh-privatekey": server.privateKey, known_hosts: server.knownHosts };
      const {
        code: exit,
        first,
        everything,
      } = await run(manifest(job("good", at()), secret("key", data, "kubernetes.io/ssh-auth")), [], { NBV_DEBUG: "1" });
      expect({ exit, verdict: first?.verdict }).toEqual({ exit: 0, verdict: "Passed" });
      for (const line of server.privateKey.split("\n").slice(1, -2)) expect(everything).not.toContain(line);
    });

    test("an unknown host fails with advice", async () => {
      const { code: exit, first } = await run(
        manifest(job("good", at()), secret("key", { "ssh-privatekey": server.privateKey })),
      );
      expect({ exit, reason: first?.status.reason }).toEqual({ exit: 2, reason: "GitUntrusted" });
      expect(first?.status.message).toContain("ssh-keyscan");
    });
  });

  test("a hostile repository runs nothing and reaches nothing outside itself", async () => {
    const trap = join(root, "trap");
    const hostile = makeRepository(join(root, "hostile"));
    const shell = `sh -c "touch ${trap}"`;
    writeFiles(hostile.directory, {
      "nb.ipynb": notebook(
        code(
          "import os\nassert not os.path.lexists('passwd'), 'the link came along'\nassert not os.path.lexists('up')",
        ),
        code("assert open('inside').read() == 'plain'\nassert open('filtered.txt').read() == 'as stored'"),
      ),
      "plain.txt": "plain",
      "filtered.txt": "as stored",
      ".gitattributes": "*.txt filter=evil diff=evil merge=evil\n",
      ".gitmodules": `[submodule "m"]\n\tpath = m\n\turl = ext::${shell}\n`,
      ".gitconfig": `[filter "evil"]\n\tsmudge = ${shell}\n\trequired = true\n`,
    });
    symlinkSync("/etc/passwd", join(hostile.directory, "passwd"));
    symlinkSync("../../..", join(hostile.directory, "up"));
    symlinkSync("plain.txt", join(hostile.directory, "inside"));
    hostile.git("add", "-A");
    hostile.git("update-index", "--add", "--cacheinfo", `160000,${commit},m`);
    hostile.git("commit", "--quiet", "-m", "hostile");
    writeFileSync(join(hostile.directory, ".git/hooks/post-checkout"), `#!/bin/sh\ntouch ${trap}\n`, { mode: 0o755 });
    const { code: exit, first } = await run(
      job("hostile", { git: { url: `${open.base}/hostile`, ref: "main" }, path: "nb.ipynb" }),
    );
    expect({ exit, verdict: first?.verdict, message: first?.status.message }).toMatchObject({
      exit: 0,
      verdict: "Passed",
    });
    expect(existsSync(trap)).toBe(false);
  });
});
