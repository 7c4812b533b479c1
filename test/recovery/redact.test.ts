import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { REDACTED, redact } from "../../src/recovery/index.js";

// Built from parts, so that no scanner takes this file for a leak.
const github = `ghp_${"a1B2".repeat(9)}`;
const jwt = ["eyJhbGciOiJIUzI1NiJ9", "eyJzdWIiOiIxMjM0NTY3ODkwIn0", "c2lnbmF0dXJlc2lnbmF0dXJl"].join(".");
const privateKey = [
  "-----BEGIN OPENSSH ",
  "PRIVATE KEY-----\nb3BlbnNzaC1rZXk\nline2\n-----END OPENSSH PRIVATE KEY-----",
].join("");

describe("secrets by their shape", () => {
  test.each([
    ["a password in a URL", "fatal: https://me:hunter2@git.example.com/a.git", "hunter2"],
    ["a password with @ and / in a URL", "https://me:p@ss/w0rd@git.example.com/a.git", "w0rd"],
    ["a token alone in a URL", "https://sometoken123@git.example.com/a.git", "sometoken123"],
    ["a token in a query", "GET https://h/x?access_token=abcdef123&y=1", "abcdef123"],
    ["a signature in a query", "https://s3/x?X-Amz-Signature=deadbeef", "deadbeef"],
    ["a GitHub token", `remote: ${github} is wrong`, github],
    ["a JSON web token", `token was ${jwt}`, jwt],
    ["an Authorization header", "Authorization: Bearer abcdefghijk", "abcdefghijk"],
    ["an AWS key", `key ${"AKIA"}${"ABCDEFGH12345678"}`, "ABCDEFGH12345678"],
    ["a private key", privateKey, "b3BlbnNzaC1rZXk"],
    ["a private key that is cut", privateKey.slice(0, 60), "b3Blbn"],
    ["an assignment", 'password = "correct horse"', "correct"],
    ["an environment variable", "DB_PASSWORD=s3cr3t!", "s3cr3t"],
  ])("%s", (_, text, secret) => {
    expect(redact(text)).not.toContain(secret);
    expect(redact(text)).toContain(REDACTED);
  });

  test.each([
    "fatal: unable to access 'https://git.example.com:8443/a.git/': Could not resolve host",
    "git@git.example.com: Permission denied (publickey).",
    "ssh://git@git.example.com:22/a.git not found",
    "cell 3 raised KeyError: 'token'",
    'secret "db" not found',
    "couldn't find key token in Secret team-a/db",
    "https://registry.example.com/v2/team/image@sha256:0123abc: not found",
    "pip install https://pypi.org/simple/@scope/x",
  ])("%s stays readable", (text) => {
    expect(redact(text)).toBe(text);
  });
});

describe("secrets by their value", () => {
  test("are gone wherever they stand, longer ones first", () => {
    expect(redact("a=hunter2 b=hunter2-long", ["hunter2", "hunter2-long"])).toBe(`a=${REDACTED} b=${REDACTED}`);
  });

  test("too short ones don't tear the text apart", () => {
    expect(redact("one and two", ["o", "", "and"])).toBe("one and two");
  });

  test("never remain, whatever the text", () => {
    const value = fc.stringMatching(/^[A-Za-z0-9$.*+?()[\]\\]{6,20}$/).filter((each) => !REDACTED.includes(each));
    fc.assert(
      fc.property(fc.array(fc.oneof(value, fc.string())), fc.array(value), (parts, values) => {
        const text = redact([...parts, ...values].join(" "), values);
        for (const each of values) expect(text.split(REDACTED).join("")).not.toContain(each);
      }),
    );
  });
});

test("doing it twice changes nothing", () => {
  const text = fc
    .array(fc.oneof(fc.string(), fc.constantFrom("https://", "a:b@", "token=", "abcd", " ", "Bearer ", github)))
    .map((all) => all.join(""));
  fc.assert(fc.property(text, (each) => redact(redact(each)) === redact(each)));
});

test("hostile texts are read in time proportional to their length", () => {
  const hostile = [
    "https://a:",
    "-----BEGIN PRIVATE KEY-----",
    "eyJaaaaaaaaa.",
    "token=",
    "a_".repeat(50),
    "https://x@",
  ];
  const cpuMs = (text: string): number => {
    const before = process.cpuUsage();
    redact(text);
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1_000;
  };
  for (const each of hostile) {
    const [few, many] = [10_000, 100_000].map((length) => {
      const text = each.repeat(Math.ceil(length / each.length));
      return Math.min(cpuMs(text), cpuMs(text), cpuMs(text));
    }) as [number, number];
    // Ten times the text may take ten times as long, with room for noise; each part compared with each, it takes a hundred times.
    expect([each, many < 20 + 40 * few]).toEqual([each, true]);
  }
});
