import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, jest, test } from "@jest/globals";
import { FactsRepository, textOf } from "./facts-repository.js";
import { reasonOf } from "./reason-of.js";
import { POLICY } from "./served-repository.js";

// Many runs of git, on machines that do other things, too.
jest.setTimeout(60_000);

let source: FactsRepository;
beforeAll(async () => {
  source = await FactsRepository.serve();
}, 60_000);
afterAll(() => source?.close());

describe("a hostile repository", () => {
  test("has odd names that are names", async () => {
    const odd = source.make("odd");
    const names = ["a b.txt", "q\"uo'te.txt", "new\nline.txt", "$(touch pwned).txt", "-r.txt", "tab\t.txt", "ü/ß.txt"];
    const at = odd.commit(Object.fromEntries(names.map((name, index) => [name, String(index)])));
    const { facts } = await source.read(names, { name: "odd", at });
    expect(names.map((name) => textOf(facts, name))).toEqual(names.map((_, index) => String(index)));
    expect(names.every((name) => facts.tree.get(name)?.kind === "file")).toBe(true);
  });

  test("neither runs hooks nor filters what is read", async () => {
    const filtered = source.make("filtered");
    const at = filtered.commit({
      ".gitattributes": "*.txt text eol=crlf filter=evil ident\n",
      ".gitmodules": '[submodule "x"]\n\tpath = x\n\turl = file:///etc\n',
      ".lfsconfig": "[lfs]\n\turl = http://169.254.169.254/\n",
      "a.txt": "$Id$\nb\n",
    });
    const { facts } = await source.read(["a.txt"], { name: "filtered", at });
    expect(textOf(facts, "a.txt")).toBe("$Id$\nb\n");
  });

  test("has submodules, which are named and not fetched", async () => {
    const nested = source.make("nested");
    nested.git("update-index", "--add", "--cacheinfo", `160000,${source.commit},libs/sub`);
    nested.git("commit", "--quiet", "-m", "submodule");
    const at = nested.git("rev-parse", "HEAD");
    const { facts, dossier } = await source.read(["libs/sub/requirements.txt"], { name: "nested", at });
    expect(facts.tree.get("libs/sub")).toMatchObject({ kind: "submodule" });
    expect(facts.unreadable.get("libs/sub/requirements.txt")).toBe(
      "is in the submodule libs/sub, which is not fetched",
    );
    expect(dossier.warnings).toEqual(['1 submodules are not fetched: "libs/sub"']);
  });

  test("is refused when it has more files than the limit", async () => {
    const many = source.make("many");
    const at = many.commit(Object.fromEntries(Array.from({ length: 60 }, (_, index) => [`f/${index}`, ""])));
    const tight = { ...POLICY, limits: { ...POLICY.limits, files: 50 } };
    expect(await reasonOf(source.read([], { name: "many", at, policy: tight }))).toMatch(
      /^SourceTooLarge: .*limit is 50/,
    );
  });

  test("whose directories name a way out is refused", async () => {
    const escape = source.make("escape");
    const blob = escape.git(
      "rev-parse",
      escape.git("hash-object", "-w", join(source.served.repository.directory, "requirements.txt")),
    );
    const tree = execFileSync("git", ["mktree"], {
      cwd: escape.directory,
      encoding: "utf8",
      input: `100644 blob ${blob}\t..\n`,
    }).trim();
    const at = escape.git("commit-tree", tree, "-m", "evil");
    escape.git("update-ref", "refs/heads/main", at);
    expect(await reasonOf(source.read([], { name: "escape", at }))).toMatch(/^(GitRefused|Unknown): /);
  });

  test("that sends one file too many costs that file only", async () => {
    const heavy = source.make("heavy");
    const at = heavy.commit({ "requirements.txt": "a==1\n", "huge.bin": randomBytes(4 * 1024 ** 2) });
    const tight = { ...POLICY, limits: { ...POLICY.limits, fetchBytes: 1024 ** 2 } };
    const { facts } = await source.read(["huge.bin", "requirements.txt"], { name: "heavy", at, policy: tight });
    expect(textOf(facts, "requirements.txt")).toBe("a==1\n");
    expect(facts.unreadable.get("huge.bin")).toMatch(/larger than/);
  });

  test("leaves nothing behind", async () => {
    const scratch = mkdtempSync(join(tmpdir(), "nbv-scratch-"));
    const before = process.env.TMPDIR;
    process.env.TMPDIR = scratch;
    try {
      await source.read(["requirements.txt"]);
      await reasonOf(source.read([], { at: "0123456789".repeat(4) }));
      expect(await readdir(scratch)).toEqual([]);
    } finally {
      if (before === undefined) delete process.env.TMPDIR;
      else process.env.TMPDIR = before;
      rmSync(scratch, { recursive: true });
    }
  });
});
