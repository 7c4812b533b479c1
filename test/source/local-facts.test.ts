import { mkdtempSync } from "node:fs";
import { chmod, mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, jest, test } from "@jest/globals";
import type { SourceFacts } from "../../src/build/index.js";
import { readLocalFacts } from "../../src/operator/source/local-facts.js";
import { FactsRepository, textOf } from "./facts-repository.js";
import { makeRepository } from "./git-repository.js";

// Many runs of git, on machines that do other things, too.
jest.setTimeout(60_000);

let source: FactsRepository;
beforeAll(async () => {
  source = await FactsRepository.serve();
}, 60_000);
afterAll(() => source?.close());

describe("facts of a local directory", () => {
  test("of a clean checkout are those of its commit", async () => {
    const wanted = () => ["requirements.txt", "current/more.txt", "passwd", "big.bin"];
    const local = await readLocalFacts(source.served.repository.directory, wanted);
    const { facts } = await source.read(wanted());
    const ids = (tree: SourceFacts["tree"]) =>
      [...tree.values()].map(({ path, kind, objectId }) => `${kind} ${objectId} ${path}`).sort();
    expect(ids(local.tree)).toEqual(ids(facts.tree));
    expect(local.files).toEqual(facts.files);
    expect(local.unreadable).toEqual(facts.unreadable);
    expect(local.commit).toBe("0".repeat(40));
  });

  test("show what was changed, added and removed since", async () => {
    const draft = makeRepository(join(source.served.root, "draft"));
    draft.commit({ "a.txt": "1", "b.txt": "2", ".gitignore": "secret\n", "x/run.sh": "#!" });
    await writeFile(join(draft.directory, "a.txt"), "changed");
    await rm(join(draft.directory, "b.txt"));
    await writeFile(join(draft.directory, "new.txt"), "n");
    await writeFile(join(draft.directory, "secret"), "s");
    await chmod(join(draft.directory, "x/run.sh"), 0o755);
    const facts = await readLocalFacts(draft.directory, () => ["a.txt"]);
    draft.git("add", "-A");
    expect([...facts.tree.keys()].sort()).toEqual(["", ".gitignore", "a.txt", "new.txt", "x", "x/run.sh"]);
    expect(facts.tree.get("")?.objectId).toBe(draft.git("write-tree"));
    expect(textOf(facts, "a.txt")).toBe("changed");
  });

  test("need no Git at all", async () => {
    const plain = mkdtempSync(join(source.served.root, "plain-"));
    await mkdir(join(plain, "venv"));
    await writeFile(join(plain, "venv", "x"), "");
    await writeFile(join(plain, "requirements.txt"), "a\n");
    const facts = await readLocalFacts(plain, () => ["requirements.txt"]);
    expect([...facts.tree.keys()].sort()).toEqual(["", "requirements.txt"]);
    expect(textOf(facts, "requirements.txt")).toBe("a\n");
  });
});
