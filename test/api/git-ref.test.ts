import { execFileSync, spawnSync } from "node:child_process";
import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { GitSource } from "../../src/api/index.js";

const accepts = (ref: string) => GitSource.safeParse({ url: "https://git.example.com/a.git", ref }).success;
const gitAccepts = (ref: string) => spawnSync("git", ["check-ref-format", "--allow-onelevel", ref]).status === 0;

describe("git refs, with git itself as the judge", () => {
  const words = [
    "main",
    "release",
    "v1.0",
    "a",
    ".",
    "..",
    "/",
    "//",
    ".lock",
    "@",
    "{",
    "@{",
    "~",
    "^",
    ":",
    "?",
    "*",
    "[",
    "\\",
    " ",
    "-",
    "_",
    "ü",
    "\t",
    "\x7f",
  ];

  test("we accept exactly what git check-ref-format accepts, except options", () => {
    expect(execFileSync("git", ["--version"], { encoding: "utf8" })).toMatch(/^git version/);
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...words), { minLength: 1, maxLength: 4 }), (parts) => {
        const ref = parts.join("");
        expect({ ref, ok: accepts(ref) }).toEqual({ ref, ok: gitAccepts(ref) && !ref.startsWith("-") });
      }),
      { numRuns: 300, seed: 1 },
    );
  }, 60_000);

  test.each(["main", "HEAD", "refs/heads/main", "4f2c6e1", "feature/über", "v1.0-rc.1", "a@b"])("accepts %s", (ref) => {
    expect(accepts(ref)).toBe(true);
  });

  test.each(["--upload-pack=touch /tmp/x", "-b", "main..dev", "@", "x.lock", "a b", "", "x".repeat(256)])(
    "refuses %p",
    (ref) => {
      expect(accepts(ref)).toBe(false);
    },
  );
});

describe("repository addresses", () => {
  const problem = (url: string) => GitSource.safeParse({ url, ref: "main" }).error?.issues[0]?.message;

  test.each([
    "https://github.com/example/notebooks.git",
    "https://org@dev.azure.com/org/project/_git/repo",
    "http://gitea.internal:3000/a/b",
    "git://git.example.com/a",
    "ssh://git@git.example.com:2222/a/b.git",
    "git@github.com:example/notebooks.git",
    "https://[2001:db8::1]/a.git",
  ])("accepts %s", (url) => expect(problem(url)).toBeUndefined());

  test.each([
    ["https://user:hunter2@git.example.com/a", /must not contain a password.*credentialsSecret/],
    ["https://ghp_0123456789abcdefghij@github.com/a", /must not contain an access token/],
    ["file:///etc", /must be a repository address/],
    ["ext::sh -c evil", /must be a repository address/],
    ["-oProxyCommand=evil", /must be a repository address/],
    ["ssh://-oProxyCommand=evil/x", /must be a repository address/],
    ["ssh://git@-oProxyCommand=evil/x", /do not begin with a hyphen/],
    ["git@host:-x", /do not begin with a hyphen/],
    ["https://git.example.com/a b", /must be a repository address/],
    ["/srv/git/a", /must be a repository address/],
  ])("refuses %s", (url, why) => expect(problem(url)).toMatch(why));

  test("a refused password is not repeated", () => {
    const result = GitSource.safeParse({ url: "https://user:hunter2@git.example.com/a", ref: "main" });
    expect(result.error?.issues.map(({ message }) => message).join()).not.toContain("hunter2");
  });
});
