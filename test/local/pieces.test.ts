import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { ContainerLog } from "../../src/local/container-log.js";
import { expandVariables } from "../../src/local/expand-variables.js";
import { PathMap } from "../../src/local/path-map.js";

describe("paths of a container", () => {
  const paths = new PathMap([
    { containerPath: "/nbv/source", hostPath: "/h/source" },
    { containerPath: "/nbv", hostPath: "/h/nbv" },
    { containerPath: "/tmp/", hostPath: "/h/tmp" },
    { containerPath: "/dev/termination-log", hostPath: "/h/log" },
  ]);
  test.each([
    ["/nbv/source/a.ipynb", "/h/source/a.ipynb"],
    ["/nbv/sources", "/h/nbv/sources"],
    ["/nbv", "/h/nbv"],
    ["/tmp", "/h/tmp"],
    ["/tmpfile", "/tmpfile"],
    ["--into=/nbv/source", "--into=/nbv/source"],
    ["/dev/termination-log", "/h/log"],
    ["", ""],
  ])("%s → %s", (text, expected) => expect(paths.toHost(text)).toBe(expected));
});

describe("references to variables", () => {
  const variables = new Map([
    ["A", "1"],
    ["B", "$(A)"],
  ]);
  test.each([
    ["$(A)", "1"],
    ["x$(A)y$(A)", "x1y1"],
    ["$(B)", "$(A)"],
    ["$$(A)", "$(A)"],
    ["$$$(A)", "$1"],
    ["$(C)", "$(C)"],
    ["$A ${A} $", "$A ${A} $"],
    ["$(", "$("],
  ])("%s → %s", (text, expected) => expect(expandVariables(text, variables)).toBe(expected));
});

describe("a container's log", () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "nbv-log-"));
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  async function textOf(stream: AsyncIterable<Uint8Array>): Promise<string> {
    const chunks: Uint8Array[] = [];
    for await (const chunk of stream) chunks.push(chunk);
    return Buffer.concat(chunks).toString("utf8");
  }

  test("keeps every line of both streams whole and in its stream's order, however they are cut", async () => {
    const line = fc.string({ maxLength: 20 }).map((text) => text.replaceAll("\n", ""));
    const cuts = fc.array(fc.integer({ min: 1, max: 15 }), { minLength: 1, maxLength: 30 });
    let run = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(line), fc.array(line), cuts, async (out, err, sizes) => {
        run += 1;
        const log = new ContainerLog(join(directory, `log-${run}`), () => 0);
        const following = textOf(log.read({ follow: true }));
        const text = (prefix: string, lines: string[]) =>
          Buffer.from(lines.map((each) => `${prefix}${each}\n`).join(""));
        const rest = { stdout: text("o", out), stderr: text("e", err) };
        for (let turn = 0; rest.stdout.length + rest.stderr.length > 0; turn += 1) {
          const from = turn % 2 === 0 ? "stdout" : "stderr";
          const size = sizes[turn % sizes.length] ?? 1;
          if (rest[from].length > 0) log.write(from, rest[from].subarray(0, size));
          rest[from] = rest[from].subarray(size);
        }
        await log.end();
        const written = (await following).split("\n").slice(0, -1);
        expect(written.filter((each) => each.startsWith("o"))).toEqual(out.map((each) => `o${each}`));
        expect(written.filter((each) => each.startsWith("e"))).toEqual(err.map((each) => `e${each}`));
        expect(await textOf(log.read())).toBe(await following);
      }),
      { numRuns: 40 },
    );
  });

  test("can be read from a moment on, and up to a number of bytes", async () => {
    let now = 1000;
    const log = new ContainerLog(join(directory, "log"), () => now);
    log.write("stdout", Buffer.from("old\n"));
    now = 2000;
    log.write("stdout", Buffer.from("new\n"));
    await log.end();
    expect(await textOf(log.read({ since: 1500 }))).toBe("new\n");
    expect(await textOf(log.read({ since: 9000 }))).toBe("");
    expect(await textOf(log.read({ limitBytes: 5 }))).toBe("old\nn");
  });

  test("a follower leaves when it is told to", async () => {
    const log = new ContainerLog(join(directory, "log"), () => 0);
    const abort = new AbortController();
    const following = textOf(log.read({ follow: true, signal: abort.signal }));
    log.write("stdout", Buffer.from("one\n"));
    setTimeout(() => abort.abort(), 50);
    expect(await following).toBe("one\n");
    await log.end();
  });
});
