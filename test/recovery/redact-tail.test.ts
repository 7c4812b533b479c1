import { describe, expect, test } from "@jest/globals";
import { classifyText, REDACTED } from "../../src/recovery/index.js";
import { logLines } from "../../src/recovery/text/log-lines.js";

/** What is read of a log, in characters. */
const READ = 64 * 1024;
const FILLER = "ordinary\n";
/** Text that lets what stands before it begin `kept` characters before the end of what is read. */
function after(kept: number): string {
  return FILLER.repeat(Math.ceil(READ / FILLER.length)).slice(-(READ - kept));
}

describe("the tail of a long log", () => {
  const line = "fatal: unable to access 'https://oauth2:Zq7xR2mK9vLp@git.example.com/t.git/': not resolved\n";

  test("shows no half of a secret, wherever the cut is", () => {
    for (let kept = 0; kept <= line.length; kept++) {
      const lines = logLines(`${FILLER}${line}${after(kept)}`);
      expect([kept, lines.join("\n")]).toEqual([kept, expect.not.stringMatching(/Zq7|R2m|K9v|vLp/)]);
      expect(lines.at(-1)).toBe("ordinary");
    }
  });

  test("shows the lines that are whole, and a log that is not cut from its beginning", () => {
    expect(logLines(`${line}last words\n${after(15)}`)[0]).toBe("last words");
    expect(logLines(`token=s3cr3t-x\n${after(15)}`)[0]).toBe(`token=${REDACTED}`);
  });

  test("shows an endless line from its first whole word on", () => {
    expect(logLines(`https://bob:s3cr3t${"x".repeat(10)}@h/ ${"word ".repeat(20_000)}end`).at(-1)).toMatch(
      /^word word /,
    );
    expect(logLines(`${"s3cr3t".repeat(20_000)}\nerror: it failed`)).toEqual(["error: it failed"]);
    expect(logLines("s3cr3t".repeat(20_000))).toEqual([]);
  });

  test("shows no half of a private key", () => {
    const key = `-----BEGIN ${"PRIVATE KEY"}-----\n${"MIIEvQIBADANBgkq\n".repeat(40)}-----END PRIVATE KEY-----\n`;
    for (const kept of [30, 200, 600, key.length - 5, key.length]) {
      const lines = logLines(`${key}error: it failed\n${after(kept + "error: it failed\n".length)}`);
      expect(lines.join("\n")).not.toContain("MIIE");
      expect(lines).toContain("error: it failed");
    }
    const said = "-----END PRIVATE KEY----- is not there";
    expect(logLines(`${FILLER.repeat(10)}why: ${said}\n${after(300)}`)).toContain(`why: ${said}`);
  });

  test("is what a failure's message is taken from", () => {
    const secret = "Zq7xR2mK9vLp@git.example.com/t.git/': Could not resolve host: git.example.com\n";
    const text = `fatal: unable to access 'https://oauth2:${secret}${"x\n".repeat(READ)}`.slice(0, READ + 40);
    expect(JSON.stringify(classifyText(text))).not.toContain("Zq7xR2mK9vLp");
  });
});
