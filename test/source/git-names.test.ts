import { spawnSync } from "node:child_process";
import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { chooseRef, parseRemoteRefs } from "../../src/operator/source/choose-ref.js";
import { parseRef } from "../../src/operator/source/git-ref.js";
import { parseGitUrl } from "../../src/operator/source/git-url.js";

const refused = (work: () => unknown) => expect(work).toThrow(expect.objectContaining({ reason: "GitRefused" }));

describe("URLs", () => {
  test.each([
    ["https://git.example.com/a/b.git", { scheme: "https", host: "git.example.com", port: 443 }],
    ["https://ada@git.example.com:8443/a", { scheme: "https", host: "git.example.com", port: 8443, user: "ada" }],
    ["HTTP://Git.Example.com/a", { scheme: "http", host: "git.example.com", port: 80 }],
    ["ssh://git@git.example.com:2222/~/a", { scheme: "ssh", host: "git.example.com", port: 2222, user: "git" }],
    ["git@git.example.com:team/repo.git", { scheme: "ssh", host: "git.example.com", port: 22, user: "git" }],
    ["git@[2001:db8::1]:repo", { scheme: "ssh", host: "2001:db8::1", port: 22 }],
    ["git://[::1]:9999/a", { scheme: "git", host: "::1", port: 9999 }],
    ["https://0x7f.1/a", { scheme: "https", host: "127.0.0.1" }],
  ])("%s", (url, expected) => expect(parseGitUrl(url)).toMatchObject(expected));

  test.each([
    "",
    "file:///etc",
    "/etc",
    "../repo",
    "ext::sh -c id",
    "ext::id",
    "fd::3",
    "http::https://a/b",
    "--upload-pack=id",
    "-oProxyCommand=id",
    "ssh://-oProxyCommand=id/a",
    "ssh://git@-oProxyCommand=id/a",
    "git@-oProxyCommand=id:a",
    "-l@host:a",
    "ssh://host/-x",
    "git@host:-x",
    "https://ada:pass@host/a",
    "https://:pass@host/a",
    "https://host/a b",
    "https://host/a\nHost: b",
    "https://host/a\u0000b",
    "https://host\\@evil/a",
    "https://host/a?x=1",
    "https://host/a#x",
    "https://host",
    "https:///a",
    "https://host:99999/a",
    "ftp://host/a",
    "host:a",
    "https://exa%0dmple/a",
    "ssh://ho;st/a",
    "ssh://$(id)@host/a",
    `https://host/${"a".repeat(3000)}`,
  ])("refuses %j", (url) => refused(() => parseGitUrl(url)));

  test("whatever is admitted, git sees no option, helper, password or control character in it", () => {
    const piece = fc.constantFrom(
      "https://",
      "ssh://",
      "git@",
      "host",
      ":",
      "/",
      "-",
      "::",
      "ext",
      "@",
      "a",
      "22",
      "\\",
      "%",
      "[",
      "]",
      "\n",
      " ",
      "é",
    );
    const url = fc.oneof(
      fc.string(),
      fc.array(piece, { maxLength: 12 }).map((parts) => parts.join("")),
      fc.webUrl(),
    );
    fc.assert(
      fc.property(url, (text) => {
        let remote: ReturnType<typeof parseGitUrl>;
        try {
          remote = parseGitUrl(text);
        } catch {
          return;
        }
        expect(remote.url).toMatch(/^(?:(?:https?|ssh|git):\/\/[^-]|[A-Za-z0-9_][A-Za-z0-9._+-]*@[^-])/);
        expect(remote.url).not.toMatch(/[\u0000-\u0020\u007f]|^[a-z]+::/);
        expect(remote.host).not.toMatch(/^-/);
        expect(remote.url).not.toMatch(/^[a-z]+:\/\/[^/]*:[^/]*@/);
      }),
      { numRuns: 2000 },
    );
  });
});

describe("refs", () => {
  test("admitted are exactly those names that git itself admits, without options and expressions", () => {
    const piece = fc.constantFrom(
      "a",
      "main",
      "/",
      "-",
      ".",
      "..",
      "@",
      "{",
      "~",
      "^",
      ":",
      "?",
      "*",
      "[",
      "\\",
      " ",
      ".lock",
      "refs",
      "heads",
      "é",
    );
    const text = fc.oneof(
      fc.array(piece, { minLength: 1, maxLength: 6 }).map((parts) => parts.join("")),
      fc.string({ minLength: 1 }),
    );
    const samples = fc.sample(text, 250).filter((each) => !each.includes("\0"));
    for (const ref of samples) {
      const git = spawnSync("git", ["check-ref-format", "--allow-onelevel", ref]).status === 0;
      let ours = true;
      try {
        parseRef(ref);
      } catch {
        ours = false;
      }
      // `-x` is a valid name that no command line can carry.
      expect({ ref, admitted: ours }).toEqual({ ref, admitted: git && !ref.startsWith("-") });
    }
  });

  test("a full object name is a commit, in any case", () => {
    const sha = "ABCDEF0123456789ABCDEF0123456789ABCDEF01";
    expect(parseRef(sha)).toEqual({ kind: "full-sha", sha: sha.toLowerCase() });
  });

  const a = "a".repeat(40);
  const b = `ab${"b".repeat(38)}`;
  const refs = parseRemoteRefs(
    [
      `${a}\tHEAD`,
      `${a}\trefs/heads/main`,
      `${b}\trefs/heads/abcd`,
      `${"c".repeat(40)}\trefs/tags/v1`,
      `${b}\trefs/tags/v1^{}`,
      "rubbish",
    ].join("\n"),
  );

  test.each([
    ["main", { kind: "commit", commit: a }],
    ["v1", { kind: "commit", commit: b }],
    ["abcd", { kind: "commit", commit: b }],
    ["aaaa", { kind: "commit", commit: a }],
    ["abbb", { kind: "commit", commit: b }],
    ["refs/tags/v1", { kind: "commit", commit: b }],
    ["refs/tags/main", { kind: "unknown" }],
    ["beef", { kind: "unknown" }],
  ])("%s is chosen by the rule", (text, expected) => expect(chooseRef(parseRef(text), refs)).toMatchObject(expected));

  test("digits that abbreviate several commits are ambiguous", () => {
    const two = [
      { name: "refs/heads/x", commit: `abcd1${"0".repeat(35)}` },
      { name: "refs/heads/y", commit: `abcd2${"0".repeat(35)}` },
    ];
    expect(chooseRef(parseRef("abcd"), two).kind).toBe("ambiguous");
  });
});
