import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, sep } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { limitsOf } from "../../src/operator/source/git-policy.js";
import { copyLocalTree, LocalTreeResolver } from "../../src/operator/source/local-tree.js";
import { symlinkEscapes } from "../../src/operator/source/symlink-escape.js";
import { checkTree, parseTreeListing, type TreeEntry } from "../../src/operator/source/tree-listing.js";
import { makeRepository } from "./git-repository.js";

let root: string;
beforeAll(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), "nbv-tree-")));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const file = (path: string): TreeEntry => ({ kind: "file", object: "0".repeat(40), size: 1, path });

describe("hostile trees", () => {
  test.each([
    [["../x"]],
    [["a/../../x"]],
    [["/etc/x"]],
    [["a//b"]],
    [["./a"]],
    [[".git/config"]],
    [["a/.GIT/hooks/x"]],
    [["git~1/x"]],
    [[".git /x"]],
    [[".g\u200cit/x"]],
    [["a", "a"]],
    [["a", "a/b"]],
    [["x".repeat(300)]],
  ])("%j is refused", (paths) => {
    expect(() => checkTree(paths.map(file), limitsOf({}))).toThrow(expect.objectContaining({ reason: "GitRefused" }));
  });

  test("ordinary ones are not", () => {
    const paths = [".gitignore", ".github/workflows/x.yml", "a b/ü.ipynb", "git/x", "a.git/x", "a", "b/a"];
    expect(() => checkTree(paths.map(file), limitsOf({}))).not.toThrow();
  });

  test("an entry of a kind that git does not write is refused", () => {
    expect(() => parseTreeListing(`120777 blob ${"0".repeat(40)} 3\tx\0`)).toThrow(/unknown mode/);
  });
});

test("a link is said to escape exactly when the kernel would leave the tree, or get nowhere for good", () => {
  const name = fc.constantFrom("a", "b", "c");
  const part = fc.constantFrom("a", "b", "c", "..", ".", "d");
  const target = fc.array(part, { minLength: 1, maxLength: 5 }).map((parts) => parts.join("/"));
  const path = fc.array(name, { minLength: 1, maxLength: 2 }).map((parts) => parts.join("/"));
  fc.assert(
    fc.property(fc.dictionary(path, target, { minKeys: 1, maxKeys: 4 }), (links) => {
      const paths = Object.keys(links).filter(
        (each) => !Object.keys(links).some((other) => each.startsWith(`${other}/`)),
      );
      const targets = new Map(paths.map((each) => [each, links[each] ?? ""]));
      const tree = join(mkdtempSync(join(root, "prop-")), "tree");
      mkdirSync(join(tree, "d"), { recursive: true });
      for (const [link, to] of targets) {
        mkdirSync(dirname(join(tree, link)), { recursive: true });
        symlinkSync(to, join(tree, link));
      }
      for (const link of targets.keys()) {
        const real = resolved(join(tree, link));
        // What the kernel can follow to its end, it judges; a link into nothing must only not lead out.
        if (real !== undefined)
          expect({ link, escapes: symlinkEscapes(link, targets) }).toEqual({
            link,
            escapes: leaves(real, link, tree, targets),
          });
      }
      rmSync(dirname(tree), { recursive: true });
    }),
    { numRuns: 150, examples: [[{ b: "c", c: "a/b/..", "a/b": ".." }]] },
  );
});

/** Outside at the end, or on the way: `../tree/a` comes back, and is still not admitted. */
function leaves(real: string, link: string, tree: string, targets: ReadonlyMap<string, string>): boolean {
  if (real !== tree && !real.startsWith(tree + sep)) return true;
  return symlinkEscapes(link, targets) && targets.size > 0 ? passesOutside(link, tree) : false;
}

/** Walks as the kernel does, with the kernel's own answers for each step. */
function passesOutside(link: string, tree: string): boolean {
  let at = dirname(join(tree, link));
  for (const part of readlinkSync(join(tree, link)).split("/")) {
    const next = resolved(join(at, part)) ?? join(at, part);
    if (next !== tree && !next.startsWith(tree + sep)) return true;
    at = next;
  }
  return false;
}

function resolved(path: string): string | undefined {
  try {
    // The native one: Node's own resolves `link/..` by its text, the kernel by where the link leads.
    return realpathSync.native(path);
  } catch {
    return undefined;
  }
}

test.each([
  ["x", { x: "/etc/passwd" }, true],
  ["x", { x: "../x" }, true],
  ["a/x", { "a/x": "../b" }, false],
  ["a/x", { "a/x": "../../b" }, true],
  ["x", { x: "y", y: "x" }, true],
  ["x", { x: "d/..", d: "a/b/c" }, false],
  ["x", { x: "d/../..", d: "a" }, true],
  ["x", { x: "missing" }, false],
])("link %s of %j escapes: %s", (path, links, expected) => {
  expect(symlinkEscapes(path, new Map(Object.entries(links)))).toBe(expected);
});

describe("a local tree", () => {
  test("is known by its commit while nothing was changed, else by its content", async () => {
    const repository = makeRepository(join(root, "checkout"));
    const commit = repository.commit({ "a.txt": "1", ".gitignore": "*.log\n" });
    const resolver = new LocalTreeResolver(repository.directory);
    expect(await resolver.resolve()).toEqual({ commit });
    writeFileSync(join(repository.directory, "x.log"), "ignored");
    expect(await resolver.resolve()).toEqual({ commit });
    writeFileSync(join(repository.directory, "a.txt"), "2");
    const changed = await resolver.resolve();
    expect(changed.commit).toMatch(/^tree-[0-9a-f]{40}$/);
    expect(await resolver.resolve()).toEqual(changed);
    writeFileSync(join(repository.directory, "b.txt"), "new");
    expect(await resolver.resolve()).not.toEqual(changed);
  });

  test("without Git: all but what tools left; links that lead out stay behind", async () => {
    const plain = join(root, "plain");
    for (const directory of ["sub", ".venv/lib", "node_modules/x", "sub/__pycache__"])
      mkdirSync(join(plain, directory), { recursive: true });
    for (const path of ["a.txt", "sub/b.txt", ".venv/lib/c", "node_modules/x/d", "sub/__pycache__/e"])
      writeFileSync(join(plain, path), path);
    symlinkSync("a.txt", join(plain, "inside"));
    symlinkSync("/etc/passwd", join(plain, "outside"));
    const into = mkdtempSync(join(root, "into-"));
    const { files, warnings } = await copyLocalTree(plain, into);
    expect({ files, warnings: warnings.length }).toEqual({ files: 3, warnings: 1 });
    expect((readdirSync(into, { recursive: true }) as string[]).sort()).toEqual([
      "a.txt",
      "inside",
      "sub",
      "sub/b.txt",
    ]);
    expect(readFileSync(join(into, "inside"), "utf8")).toBe("a.txt");
  });

  test("a directory that is not there", async () => {
    await expect(copyLocalTree(join(root, "none"), root)).rejects.toMatchObject({ reason: "GitNotFound" });
  });
});
