import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { pino } from "pino";
import { parseConfigText, readOperatorConfig } from "../../src/cli/operator-config-file.js";
import { configChange } from "../../src/cli/watch-config.js";
import { ManualClock } from "../../src/kube/index.js";
import { errorOf } from "../api/error-of.js";

let directory: string;
let file: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "nbv-config-"));
  file = join(directory, "config.yaml");
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

describe("the operator's configuration file", () => {
  test.each(["", "# nothing but a comment\n", "---\n", "{}"])("with nothing in it (%j) means all defaults", (text) => {
    expect(parseConfigText(text, "c").concurrency.validations).toBe(20);
  });

  test("tells file, line, column and field of every mistake", () => {
    const text = "git:\n  timeout: soon\n  maxConcurrent: 0\nconcurency: {}\n";
    const error = errorOf(() => parseConfigText(text, "c.yaml"));
    expect(error.message).toContain("has 3 mistakes");
    for (const place of ["c.yaml:2:12 git.timeout", "c.yaml:3:18 git.maxConcurrent", "c.yaml:4:1 concurency"])
      expect(error.message).toContain(place);
    expect(error.message).toContain("concurrency");
  });

  test.each([
    ["a: b: c", /c\.yaml:1:\d+: is not YAML/],
    ["git: {}\n---\ngit: {}\n", /more than one document/],
    ["- git", /c\.yaml:1:1/],
    ["just words", /c\.yaml:1:1/],
  ])("%j is refused in words", (text, words) => {
    expect(errorOf(() => parseConfigText(text, "c.yaml")).message).toMatch(words);
  });
});

describe("a configuration file that is watched", () => {
  async function aWatch(text: string) {
    writeFileSync(file, text);
    const clock = new ManualClock();
    const lines: { msg: string; level: number }[] = [];
    const logger = pino({}, { write: (line: string) => lines.push(JSON.parse(line) as (typeof lines)[number]) });
    const stop = new AbortController();
    let state: "waits" | "changed" | "stopped" = "waits";
    const watching = configChange({ file, config: await readOperatorConfig(file), clock, logger }, stop.signal).then(
      () => void (state = "changed"),
      () => void (state = "stopped"),
    );
    return {
      lines,
      stop,
      watching,
      /** Half a minute passes, and the file is read. */
      look: async () => {
        await clock.advance(30_000);
        // Files are read outside of the clock's time.
        for (let turn = 0; turn < 50 && state === "waits"; turn++)
          await new Promise((resolve) => setTimeout(resolve, 2));
        return state;
      },
    };
  }

  test("is noticed when it says something else", async () => {
    const { look } = await aWatch("concurrency: {builds: 5}\n");
    expect(await look()).toBe("waits");
    writeFileSync(file, "concurrency: {builds: 6}\n");
    expect(await look()).toBe("changed");
  });

  test("is left alone when it says the same in other words", async () => {
    const { look, lines } = await aWatch("concurrency: {builds: 5}\n");
    writeFileSync(file, "# five by default\n{}\n");
    expect(await look()).toBe("waits");
    expect(lines).toEqual([]);
  });

  test("with a mistake, or gone, is reported once and not used, and used when it is mended", async () => {
    const { look, lines } = await aWatch("{}");
    writeFileSync(file, "concurency: {}\n");
    expect(await look()).toBe("waits");
    expect(await look()).toBe("waits");
    expect(lines.map(({ msg }) => msg)).toEqual(["the changed configuration is not used"]);
    rmSync(file);
    expect(await look()).toBe("waits");
    expect(lines).toHaveLength(2);
    writeFileSync(file, "concurrency: {builds: 6}\n");
    expect(await look()).toBe("changed");
  });

  test("is forgotten when the operator stops", async () => {
    const { stop, watching, look } = await aWatch("{}");
    stop.abort(new Error("stopped"));
    await watching;
    expect(await look()).toBe("stopped");
  });
});
