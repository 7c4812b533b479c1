import { mkdirSync, mkdtempSync, realpathSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { afterAll, beforeAll, describe, expect, jest, test } from "@jest/globals";
import fc from "fast-check";
import type { TreeEntry } from "../../src/build/index.js";
import { type ResolvedPath, resolvePath } from "../../src/operator/source/resolve-path.js";

jest.setTimeout(60_000);

const name = fc.constantFrom("a", "b", "c", "d");
const path = fc.array(name, { minLength: 1, maxLength: 3 }).map((parts) => parts.join("/"));
const step = fc.constantFrom("a", "b", "c", "d", "..", ".");
const way = fc.array(step, { minLength: 1, maxLength: 5 }).map((parts) => parts.join("/"));

let root: string;
beforeAll(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), "nbv-paths-")));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** Makes the same tree on disk and in memory; what the disk refuses is in neither. */
function plant(directory: string, files: readonly string[], links: readonly (readonly [string, string])[]) {
  const tree = new Map<string, TreeEntry>([["", { path: "", kind: "directory", objectId: "" }]]);
  const targets = new Map<string, Uint8Array>();
  const isFree = (at: string): boolean => {
    const above = at.split("/").map((_, index, parts) => parts.slice(0, index + 1).join("/"));
    return !tree.has(at) && above.slice(0, -1).every((each) => (tree.get(each)?.kind ?? "directory") === "directory");
  };
  const put = (at: string, kind: "file" | "link", make: (full: string) => void): void => {
    if (!isFree(at)) return;
    for (let up = dirname(at); up !== "."; up = dirname(up))
      tree.set(up, { path: up, kind: "directory", objectId: "" });
    mkdirSync(dirname(join(directory, at)), { recursive: true });
    make(join(directory, at));
    tree.set(at, { path: at, kind, objectId: at });
  };
  for (const file of files) put(file, "file", (full) => writeFileSync(full, file));
  for (const [link, target] of links) {
    put(link, "link", (full) => symlinkSync(target, full));
    if (tree.get(link)?.kind === "link" && !targets.has(link)) targets.set(link, Buffer.from(target));
  }
  return { tree, targets };
}

/** The file that the kernel opens, relative to the tree. */
function kernelOpens(directory: string, wanted: string): string | undefined {
  try {
    // Not `join`, which would take `x/..` away by itself.
    const real = realpathSync.native(`${directory}/${wanted}`);
    return statSync(real).isFile() ? relative(directory, real) : undefined;
  } catch {
    return undefined;
  }
}

function outcome(found: ResolvedPath): string | undefined {
  return found.kind === "file" ? found.entry.path : undefined;
}

describe("a path of the repository", () => {
  test("leads where the kernel goes, and never out", () => {
    let trees = 0;
    let reached = 0;
    fc.assert(
      fc.property(
        fc.array(path, { maxLength: 5 }),
        fc.array(fc.tuple(path, way), { maxLength: 5 }),
        fc.array(fc.oneof(way, path), { minLength: 4, maxLength: 10 }),
        (files, links, wanted) => {
          trees += 1;
          const directory = join(root, String(trees));
          mkdirSync(directory);
          const { tree, targets } = plant(directory, files, links);
          for (const each of wanted) {
            const ours = resolvePath(each, tree, targets);
            const theirs = kernelOpens(directory, each);
            if (ours.kind === "file") {
              reached += 1;
              expect(outcome(ours)).toBe(theirs);
            } else if (ours.kind === "nothing" && !/leads out/.test(ours.because)) expect(theirs).toBeUndefined();
            expect(ours.kind).not.toBe("unread-link");
          }
          rmSync(directory, { recursive: true });
        },
      ),
      { numRuns: 300 },
    );
    expect(reached).toBeGreaterThan(30);
  });

  test("through a link that was not read names that link", () => {
    const { tree } = plant(mkdtempSync(join(root, "t")), ["d/x"], [["l", "d"]]);
    expect(resolvePath("l/x", tree, new Map())).toMatchObject({ kind: "unread-link", entry: { path: "l" } });
    expect(resolvePath("l/x", tree, new Map([["l", "is larger than 5 bytes"]]))).toEqual({
      kind: "nothing",
      because: "is larger than 5 bytes",
    });
  });

  test("through links without end leads nowhere", () => {
    const links = Array.from({ length: 60 }, (_, index) => [`l${index}`, `l${index + 1}`] as const);
    const { tree, targets } = plant(mkdtempSync(join(root, "t")), ["l60"], links);
    expect(resolvePath("l30", tree, targets)).toMatchObject({ kind: "file" });
    expect(resolvePath("l0", tree, targets)).toMatchObject({ because: "is a symbolic link that leads nowhere" });
  });
});
