import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { fixturePath } from "../api/manifests.js";
import { bundledNbv, type Nbv } from "./nbv.js";

let nbv: Nbv;
let scratch: string;
beforeAll(() => {
  nbv = bundledNbv();
  scratch = mkdtempSync(join(tmpdir(), "nbv-check-"));
}, 60_000);
afterAll(() => {
  nbv.remove();
  rmSync(scratch, { recursive: true, force: true });
});

function file(name: string, content: string | Uint8Array): string {
  const path = join(scratch, name);
  writeFileSync(path, content);
  return path;
}
const good = fixturePath("seeds/production-image.yaml");

describe("nbv check has no answer to", () => {
  const bomb = [
    "a: &a [x,x,x,x,x,x,x,x,x]",
    ..."bcdef".split("").map((name, index) => {
      const before = "abcde"[index];
      return `${name}: &${name} [${Array(9).fill(`*${before}`).join(",")}]`;
    }),
  ].join("\n");
  const inputs: [what: string, content: string | Uint8Array, says: RegExp][] = [
    ["what is not YAML", "{{{{: [", /:1:\d+: is not YAML: /],
    ["50 MB", "a".repeat(50 * 1024 * 1024), /is larger than 4 MiB: not a manifest/],
    ["billions of laughs", bomb, /its aliases expand to an unreasonable size/],
    ["a snake that bites its tail", "a: &a [*a]", /nested deeper than|aliases expand/],
    ["endless nesting", "[".repeat(100_000), /nested too deeply/],
    ["deep nesting", `a: ${"[".repeat(200)}${"]".repeat(200)}`, /nested deeper than 100 levels/],
    ["a binary file", new Uint8Array([0x7f, 0x45, 0x4c, 0x46, 0, 1, 2, 3]), /is binary, not text/],
    ["Latin-1", new Uint8Array([0x61, 0x3a, 0x20, 0xe9]), /is not UTF-8 text/],
    ["another kind", "apiVersion: v1\nkind: Pod\nmetadata: {name: x}\n", /holds no NotebookValidationJob, only Pod/],
    ["plain text", "hello world\n", /:1:1: is not a Kubernetes object/],
    ["nothing", "", /is empty/],
    ["empty documents", "---\n---\n", /is empty/],
    ["a repeated key", "kind: a\nkind: b\n", /:2:1: the key kind appears twice in the same object/],
    ["a repeated key of a flow map", "a: {cpu: 1, cpu: 2}\n", /:1:13: the key cpu appears twice in the same object/],
    ["a key n", "a: {n: 7}\n", /:1:5: the key n is read as the boolean false by Kubernetes; write "n" in quotes/],
    ["keys on and yes", "a: {on: 3, yes: 2}\n", /:1:5: the key on is read as the boolean true by Kubernetes/],
    ["a key True", "True: 1\n", /:1:1: the key True is read as the boolean true by Kubernetes/],
    ["a key ~", "a: {~: 1}\n", /:1:5: the key ~ is read as null by Kubernetes; write "~" in quotes/],
    ["an empty key", "a:\n  : 1\n", /:2:3: an empty key is read as null by Kubernetes/],
    ["an alias to nowhere", "a: *b\n", /is not YAML: Unresolved alias/],
  ];
  test.each(inputs)("%s: one clear line, exit code 2", (_what, content, says) => {
    const { status, stdout, stderr } = nbv.run(["check", file("input.yaml", content)]);
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).toMatch(says);
    expect(stderr.trimEnd().split("\n")).toHaveLength(1);
  });

  test("files that are not there, and directories", () => {
    expect(nbv.run(["check", join(scratch, "nowhere.yaml")])).toMatchObject({
      status: 2,
      stderr: expect.stringContaining("no such file"),
    });
    expect(nbv.run(["check", scratch])).toMatchObject({ status: 2, stderr: expect.stringContaining("is a directory") });
  });

  test("one input of several: the others are still judged", () => {
    const { status, stdout, stderr } = nbv.run([
      "check",
      good,
      join(scratch, "nowhere.yaml"),
      fixturePath("bad/hostile.yaml"),
    ]);
    expect(status).toBe(2);
    expect(stdout).toContain("2 jobs: 1 valid, 1 invalid");
    expect(stderr).toContain("no such file");
  });
});
