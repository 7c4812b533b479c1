import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { parse } from "yaml";
import { effectiveSpec, parseJob, parseOperatorConfig } from "../../../src/api/index.js";
import { type EnvironmentQuestion, planEnvironment, type SourceFacts, wantedFiles } from "../../../src/build/index.js";
import { readLocalFacts } from "../../../src/operator/source/local-facts.js";
import { type Asked, aNotebook, ask, type Files, planOf, rejectionOf } from "./a-repository.js";

const NOTEBOOK = { "notebooks/train.ipynb": aNotebook("import pandas") };

describe("any repository has an answer", () => {
  const line = fc.constantFrom(
    "FROM a",
    "FROM a AS b",
    "FROM b",
    "FROM",
    "FROM $X",
    "ARG X=1",
    "ARG",
    'ENV A=1 B="2',
    "COPY . /x",
    "COPY a*b ${X} /",
    'COPY ["a",',
    "COPY --from=b x y",
    "COPY --from=0 x y",
    "ADD",
    "RUN --mount=type=bind x",
    "RUN <<EOF",
    "EOF",
    "USER",
    "USER 0",
    "\\",
    "# escape=`",
    "x",
    "-r requirements.txt",
    "-c ../x",
    "six==1",
    "-e .",
    "--hash=sha256:0",
    "import a",
    '{"cells":[]}',
    "*",
    "!a",
    "[",
    "\u2028",
  );
  const text = fc.array(line, { maxLength: 12 }).map((lines) => lines.join("\n"));
  const path = fc.constantFrom(
    "Dockerfile",
    "notebooks/Dockerfile",
    "requirements.txt",
    "notebooks/requirements.txt",
    ".dockerignore",
    "notebooks/train.ipynb",
    "a",
    "a/b",
    "a.py",
    "setup.py",
    "src/a/__init__.py",
  );
  const build: fc.Arbitrary<NonNullable<Asked["build"]>> = fc.record(
    {
      autoGenerateRequirements: fc.boolean(),
      preferDockerfile: fc.boolean(),
      includeSource: fc.boolean(),
      allowUnpinned: fc.boolean(),
      verifyHashes: fc.boolean(),
      failOnConflict: fc.boolean(),
      fallbackStrategy: fc.constantFrom("warn", "fail", "auto"),
      target: fc.constantFrom("b", "0", "9"),
      requirementsSources: fc.array(path, { maxLength: 3 }),
      buildArgs: fc.constant({ X: "1", __proto__x: "2" }),
    },
    { requiredKeys: ["autoGenerateRequirements", "preferDockerfile", "includeSource", "allowUnpinned"] },
  );

  test("whatever it holds and the job says: planned or refused, never an exception, and always the same", () => {
    fc.assert(
      fc.property(fc.dictionary(path, text, { maxKeys: 8 }), build, (files, asked) => {
        const first = ask(files, { build: asked });
        expect(ask(files, { build: asked })).toEqual(first);
        const { answer } = first;
        if (answer.kind === "rejected") expect(answer.problems.length).toBeGreaterThan(0);
        else expect(answer.plan.digest).toMatch(/^sha256:[0-9a-f]{64}$/);
      }),
      { numRuns: 120 },
    );
  });

  test("files that nobody asked for change nothing", () => {
    fc.assert(
      fc.property(fc.dictionary(path, text, { maxKeys: 6 }), build, (files, asked) => {
        const answer = (more: Files) => ask({ ...files, ...more }, { build: asked }).answer;
        const [one, two] = [answer({ "zz/other.md": "1" }), answer({ "zz/other.md": "2" })];
        const reads = one.kind === "planned" ? one.plan.copies : [];
        if (!reads.includes(".") && !asked.includeSource) expect(two).toEqual(one);
      }),
      { numRuns: 60 },
    );
  });

  test("a Dockerfile that wants to be slow is read all the same", () => {
    const hostile = [
      `FROM a\nENV ${"x".repeat(60_000)}\n`,
      `FROM a\nENV a=b ${"x".repeat(60_000)}\n`,
      `FROM a\nENV A=ab\n${"ENV A=$A$A\nCOPY $A /\n".repeat(2500)}`,
      `FROM a\nCOPY ${"*a".repeat(30_000)} /\n`,
      `FROM a\nCOPY ${"${A:-".repeat(12_000)} /\n`,
    ];
    for (const Dockerfile of hostile)
      expect(["planned", "rejected"]).toContain(ask({ ...NOTEBOOK, Dockerfile }).answer.kind);
  });
});

test("a notebook that is not there is warned of, with those of its name: a typo picks another environment", () => {
  const files = { ...NOTEBOOK, "requirements.txt": "six==1.16.0\n" };
  const warnings = (notebook: string) => planOf(files, { notebook }).warnings;
  expect(warnings("notebooks/train.ipynb")).toEqual([]);
  expect(warnings("nobooks/train.ipynb")).toEqual([
    "The repository has no notebook nobooks/train.ipynb; there is notebooks/train.ipynb: another path may have another environment.",
  ]);
  expect(warnings("notebooks/trian.ipynb")).toEqual([
    "The repository has no notebook notebooks/trian.ipynb: another path may have another environment.",
  ]);
});

test("a base image that is no reference refuses", () => {
  const rejection = rejectionOf(NOTEBOOK, { base: { reference: "NOT A REFERENCE" } });
  expect(rejection.problems[0]).toEqual({
    message: "NOT A REFERENCE is not an image reference",
    fix: "correct spec.podConfig.buildConfig.baseImage",
  });
});

test("a link to requirements elsewhere in the repository is followed, and its target decides about the digest", () => {
  const files = { ...NOTEBOOK, "shared/requirements.txt": "six==1.16.0\n" };
  const repository = { links: { "notebooks/requirements.txt": "shared/requirements.txt" } };
  const plan = planOf(files, { repository });
  expect(plan.source.path).toBe("notebooks/requirements.txt");
  expect(planOf({ ...files, "shared/requirements.txt": "six==1.17.0\n" }, { repository }).digest).not.toBe(plan.digest);
});

describe("the examples", () => {
  const root = resolve("examples/environments");
  const expected: Readonly<Record<string, readonly [kind: string, path?: string]>> = {
    "base-image": ["baseImage"],
    dockerfile: ["dockerfile", "Dockerfile"],
    inferred: ["inferred"],
    "large-base": ["requirements", "requirements.txt"],
    "local-package": ["requirements", "requirements.txt"],
    monorepo: ["requirements", "teams/churn/requirements.txt"],
    requirements: ["requirements", "notebooks/requirements.txt"],
    sources: ["requirements", "requirements-notebooks.txt"],
  };

  test("are all here", () => {
    const directories = readdirSync(root, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    expect(directories.map(({ name }) => name).sort()).toEqual(Object.keys(expected).sort());
  });

  test.each(Object.entries(expected))("%s is what it says", async (name, [kind, path]) => {
    const directory = join(root, name);
    const job = parseJob(parse(readFileSync(join(directory, "job.yaml"), "utf8")));
    if (!job.ok) throw new Error(JSON.stringify(job.problems));
    const config = parseOperatorConfig();
    const { build } = effectiveSpec(job.job.spec, config);
    if (build === undefined) throw new Error("nothing is built");
    const question = (facts: SourceFacts): EnvironmentQuestion => ({
      notebook: job.job.spec.notebook.path,
      build,
      base: { reference: build.baseImage ?? config.defaultImages.base },
      facts,
    });
    const facts = await readLocalFacts(directory, (known) => wantedFiles(question(known)));
    const answer = planEnvironment(question(facts));
    if (answer.kind === "rejected") throw new Error(JSON.stringify(answer));
    expect([
      answer.plan.source.kind,
      ...(answer.plan.source.path === undefined ? [] : [answer.plan.source.path]),
    ]).toEqual(path === undefined ? [kind] : [kind, path]);
  });
});
