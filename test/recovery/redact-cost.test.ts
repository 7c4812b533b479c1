import { describe, expect, test } from "@jest/globals";
import { failureOf, REDACTED, redact, redactHead } from "../../src/recovery/index.js";

/** Time that it takes to redact a text. */
function cpuMs(text: string): number {
  const before = process.cpuUsage();
  redact(text);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

test("hostile texts are read in time proportional to their length", () => {
  const hostile = [
    "https://a:",
    "-----BEGIN PRIVATE KEY-----",
    "-----BEGIN PGP PRIVATE KEY BLOCK-----",
    "eyJaaaaaaaaa.",
    "token=",
    "a_".repeat(50),
    "https://x@",
    "https://a:1/",
    'password="a',
    "\\\\\\",
    "--a-",
    "Cookie: a",
    "-u a",
    '"auth":"aaaaaaaa',
    "pwd ",
    "password is ",
    "password for a ",
    "password=a,",
    "password 1",
    'password="\\"',
    "login a password ",
    "name: password, ",
    "name:password value:",
    "mysql ",
    "<a.password>a",
    "SG.aaaaaaaaaaaaaaaa.",
    "Authorization: ",
    "Authorization: a ",
    'Authorization: a b="',
    'Authorization: a b=c,d="e,',
    "Authorization: a b=c, ",
    "'Authorization', '",
    "'Authorization', 'a b",
    "Authorization: [b'",
    'Authorization:\\\\"a',
    "a-",
    "'Set-Cookie': ['a=",
    "https:\\/\\/a:",
    "https%3A%2F%2Fa%3A",
    "https%3A%2F%2Fa",
    "a%3A%2F%2F",
    "&amp;sig=",
    "\\u0026sig=",
    "%26sig%3D",
    "\\u0022",
    "token\\u0022:\\u0022a",
    "token&quot;:&quot;a",
    "&quot;",
    "%22",
    'password=b"a',
    'password=["a',
    "token=[&quot;aaaa",
    "token a1a1a1a1a1a1a1a1",
    "invalid token ",
    "api key a1",
    "credentials: ",
    "credentials",
    "abc8Q~",
    "xapp-1-A0-",
    "master_key",
  ];
  for (const each of hostile) {
    const [few, many] = [10_000, 100_000].map((length) => {
      const text = each.repeat(Math.ceil(length / each.length));
      return Math.min(cpuMs(text), cpuMs(text), cpuMs(text));
    }) as [number, number];
    // Ten times the text may take ten times as long, with room for noise; each part compared with each, it takes a hundred times.
    expect([each, many < 20 + 40 * few]).toEqual([each, true]);
  }
});

test.each(["-eyJ", "_eyJ", "-eyJhdXRo", "\\neyJ"])("a word with %s many times over is not read from each", (shape) => {
  const [ms, peer] = [shape, "https://a:"].map((each) => {
    const text = each.repeat(Math.ceil(262_144 / each.length));
    return Math.min(cpuMs(text), cpuMs(text));
  }) as [number, number];
  // Read from each, they take ten times as long as the peer; now they take less.
  expect([ms, peer, ms < 50 + 3 * peer]).toEqual([ms, peer, true]);
});

describe("the head of a long text", () => {
  const said = `password=${"x1".repeat(2_000)} `;

  test("is read no further than it must be, and not into a word that would lose its shape", () => {
    expect(redactHead("short, password=hunter2", 100)).toBe(`short, password=${REDACTED}`);
    expect(redactHead(said.repeat(20), 8_192)).toBe(`password=${REDACTED} password=${REDACTED}`);
    expect(redactHead(`${said} https://bob:hunter2@h/`, said.length + 19)).not.toContain("hunter");
    expect(redactHead("x".repeat(100), 10)).toBe("x".repeat(10));
  });

  test("is all that a failure's words cost", () => {
    const { message } = failureOf("Unknown", { message: said.repeat(20) });
    expect(message).toBe(`password=${REDACTED} password=${REDACTED}`);
  });
});
