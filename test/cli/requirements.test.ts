import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { judgeRequirements, readRequirements } from "../../src/build/index.js";
import { repositoryOf } from "../../src/cli/repository-files.js";
import { requirementsReport } from "../../src/cli/requirements-report.js";
import { requirementsText } from "../../src/cli/requirements-text.js";

let root: string;

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "nbv-requirements-"));
  mkdirSync(join(root, "repository/.git"), { recursive: true });
  mkdirSync(join(root, "repository/notebooks"));
  writeFileSync(join(root, "secret.txt"), "outside\n");
  symlinkSync("../../secret.txt", join(root, "repository/notebooks/link.txt"));
  writeFileSync(join(root, "repository/base.txt"), "numpy==1.26.4\n");
  writeFileSync(
    join(root, "repository/notebooks/requirements.txt"),
    "-r ../base.txt\n-r link.txt\npandas>=2\njoblib\n",
  );
});
afterAll(() => rmSync(root, { recursive: true }));

test("the report names each line, says what mends them once, and never follows a link out of the repository", () => {
  const repository = repositoryOf(join(root, "repository/notebooks/requirements.txt"));
  expect(repository.path).toBe("notebooks/requirements.txt");
  const set = readRequirements(repository.path, repository);
  const verdict = judgeRequirements(set, { allowUnpinned: false, verifyHashes: false, failOnConflict: false });
  const text = requirementsText(requirementsReport(set, verdict));
  expect(text.split("\n")).toEqual([
    "notebooks/requirements.txt:2: error: notebooks/link.txt is not in the repository",
    "  fix: add it to the repository, or correct the path, which starts where notebooks/requirements.txt is",
    "notebooks/requirements.txt:3: error: pandas>=2 allows several versions",
    "notebooks/requirements.txt:4: error: joblib names no version",
    "fix for notebooks/requirements.txt:3, notebooks/requirements.txt:4: keep the packages that you chose in notebooks/requirements.in, then: pip-compile --generate-hashes --output-file=notebooks/requirements.txt notebooks/requirements.in",
    "notebooks/requirements.txt: 3 requirements in 2 files; 1 pinned, 0 with hashes: 3 errors",
    "",
  ]);
});

test.each([
  ["missing.txt", undefined, "no such file"],
  ["repository/notebooks", undefined, "is a directory"],
  ["secret.txt", "repository", "is not below"],
  ["repository/notebooks/link.txt", undefined, "is a link that leads out of the repository"],
  ["repository/notebooks/link.txt", "repository", "is a link that leads out of the repository"],
])("%s can't be read", (file, top, why) => {
  expect(() => repositoryOf(join(root, file), top && join(root, top))).toThrow(why);
});
