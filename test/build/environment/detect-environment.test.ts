import { describe, expect, test } from "@jest/globals";
import { type Asked, aNotebook, ask, type Files, planOf, rejectionOf } from "./a-repository.js";

const NOTEBOOK = { "notebooks/train.ipynb": aNotebook("import pandas") };

/** What the environment is made from. */
function madeFrom(files: Files, asked: Asked = {}): string {
  const { kind, path } = planOf({ ...NOTEBOOK, ...files }, asked).source;
  return path === undefined ? kind : `${kind} ${path}`;
}

describe("without a word of the job", () => {
  test.each<[string, Files, string]>([
    [
      "requirements beside the notebook",
      { "notebooks/requirements.txt": "", "requirements.txt": "" },
      "requirements notebooks/requirements.txt",
    ],
    [
      "requirements at the root",
      { "requirements.txt": "", "other/requirements.txt": "" },
      "requirements requirements.txt",
    ],
    [
      "requirements before a Dockerfile, also one that is nearer",
      { "requirements.txt": "", "notebooks/Dockerfile": "FROM a" },
      "requirements requirements.txt",
    ],
    [
      "a Dockerfile beside the notebook before one at the root",
      { "notebooks/Dockerfile": "FROM a", Dockerfile: "FROM b" },
      "dockerfile notebooks/Dockerfile",
    ],
    ["a Dockerfile at the root", { Dockerfile: "FROM a" }, "dockerfile Dockerfile"],
    ["the base image where nothing is said", { "other/Dockerfile": "FROM a" }, "baseImage"],
    [
      "no directory that is called like a file",
      { "notebooks/requirements.txt/a": "", "requirements.txt": "" },
      "requirements requirements.txt",
    ],
  ])("it takes %s", (_, files, expected) => {
    expect(madeFrom(files)).toBe(expected);
  });

  test("each parent of the notebook is searched, the nearest first", () => {
    const notebook = "a/b/c/n.ipynb";
    const files = {
      [notebook]: aNotebook(),
      "a/requirements.txt": "",
      "requirements.txt": "",
      "a/b/d/requirements.txt": "",
    };
    expect(planOf(files, { notebook }).source).toEqual({
      kind: "requirements",
      path: "a/requirements.txt",
      reason: "nearest to the notebook",
    });
  });

  test("a Dockerfile in a parent that is not the root is not searched", () => {
    const files = { "a/b/n.ipynb": aNotebook(), "a/Dockerfile": "FROM x" };
    expect(planOf(files, { notebook: "a/b/n.ipynb" }).source.kind).toBe("baseImage");
  });

  test("both kinds together are warned about, with the way to the other", () => {
    const plan = planOf({ ...NOTEBOOK, "requirements.txt": "", Dockerfile: "FROM a" });
    expect(plan.warnings).toContain(
      "The repository has both requirements.txt and Dockerfile: requirements.txt is used; set preferDockerfile for the other.",
    );
  });

  test("preferDockerfile swaps the two", () => {
    const files = { "notebooks/requirements.txt": "", Dockerfile: "FROM a" };
    expect(madeFrom(files, { build: { preferDockerfile: true } })).toBe("dockerfile Dockerfile");
    expect(madeFrom({ "requirements.txt": "" }, { build: { preferDockerfile: true } })).toBe(
      "requirements requirements.txt",
    );
  });

  test("autoGenerateRequirements: false leaves requirements alone that nobody named", () => {
    const build = { autoGenerateRequirements: false };
    expect(madeFrom({ "requirements.txt": "" }, { build })).toBe("baseImage");
    expect(madeFrom({ "requirements.txt": "", Dockerfile: "FROM a" }, { build })).toBe("dockerfile Dockerfile");
  });

  test("no file is read that does not decide", () => {
    const { read } = ask({ ...NOTEBOOK, "requirements.txt": "", "other/requirements.txt": "", Dockerfile: "FROM a" });
    expect(read).toEqual(["requirements.txt"]);
  });
});

describe("what a job names is a decision", () => {
  const files = {
    "requirements.txt": "",
    "notebooks/requirements.txt": "",
    "ci.txt": "",
    Dockerfile: "FROM a",
    "b/Dockerfile": "FROM b",
  };

  test.each<[string, Asked["build"], string]>([
    [
      "requirementsFile before all",
      { requirementsFile: "ci.txt", requirementsSources: ["requirements.txt"] },
      "requirements ci.txt",
    ],
    [
      "dockerfilePath before requirements that are only there",
      { dockerfilePath: "b/Dockerfile" },
      "dockerfile b/Dockerfile",
    ],
    [
      "dockerfilePath before requirementsSources",
      { dockerfilePath: "b/Dockerfile", requirementsSources: ["ci.txt"] },
      "dockerfile b/Dockerfile",
    ],
    [
      "the first of requirementsSources that exists",
      { requirementsSources: ["no.txt", "ci.txt", "requirements.txt"] },
      "requirements ci.txt",
    ],
    [
      "requirementsSources before a Dockerfile, even a preferred one",
      { requirementsSources: ["ci.txt"], preferDockerfile: true },
      "requirements ci.txt",
    ],
    [
      "the search, where no source exists",
      { requirementsSources: ["no.txt"] },
      "requirements notebooks/requirements.txt",
    ],
    ["a path with ./ before it", { requirementsFile: "./ci.txt" }, "requirements ci.txt"],
  ])("%s", (_, build, expected) => {
    expect(madeFrom(files, { build: build ?? {} })).toBe(expected);
  });

  test("both named: the requirements with a warning, the Dockerfile under preferDockerfile", () => {
    const build = { requirementsFile: "ci.txt", dockerfilePath: "b/Dockerfile" };
    expect(madeFrom(files, { build })).toBe("requirements ci.txt");
    expect(madeFrom(files, { build: { ...build, preferDockerfile: true } })).toBe("dockerfile b/Dockerfile");
    expect(planOf({ ...NOTEBOOK, ...files }, { build }).warnings[0]).toMatch(
      /names both requirementsFile and dockerfilePath/,
    );
  });

  test("requirementsSources of which none exists are told", () => {
    const { warnings } = planOf({ ...NOTEBOOK, ...files }, { build: { requirementsSources: ["no.txt", "nor.txt"] } });
    expect(warnings).toContain("None of requirementsSources exists: no.txt, nor.txt.");
  });

  test("a named file that is missing fails, with files of its name", () => {
    const rejection = rejectionOf(
      { ...NOTEBOOK, "env/prod.txt": "" },
      { build: { requirementsFile: "envs/prod.txt" } },
    );
    expect(rejection).toEqual({
      kind: "rejected",
      reason: "RequirementsNotFound",
      message: "The file that requirementsFile names is not there",
      problems: [
        {
          path: "envs/prod.txt",
          message: "is not in the repository",
          fix: "set spec.podConfig.buildConfig.requirementsFile to one of: env/prod.txt",
        },
      ],
    });
  });

  test("a named Dockerfile that is a directory fails", () => {
    const rejection = rejectionOf(
      { ...NOTEBOOK, "docker/Dockerfile": "FROM a" },
      { build: { dockerfilePath: "docker" } },
    );
    expect(rejection.reason).toBe("DockerfileNotFound");
    expect(rejection.problems[0]?.message).toBe("is a directory");
  });

  test("a named file that leads out of the repository is not there", () => {
    expect(rejectionOf(NOTEBOOK, { build: { requirementsFile: "a/../../etc/passwd" } }).reason).toBe(
      "RequirementsNotFound",
    );
  });
});

describe("nothing found", () => {
  test("warn takes the base image and builds nothing", () => {
    const plan = planOf(NOTEBOOK);
    expect(plan.dockerfile).toEqual({ kind: "none" });
    expect(plan.warnings.join()).toContain(
      "the base image quay.io/jupyter/minimal-notebook:2025-03-14 is used as it is",
    );
  });

  test("fail refuses", () => {
    const rejection = rejectionOf(NOTEBOOK, { build: { fallbackStrategy: "fail" } });
    expect(rejection.reason).toBe("RequirementsNotFound");
    expect(rejection.problems[0]?.fix).toMatch(/commit requirements\.txt/);
  });

  test("files of other tools are named, those that are used are not", () => {
    const files = {
      ...NOTEBOOK,
      "environment.yml": "",
      "notebooks/Pipfile": "",
      "pyproject.toml": "",
      "sub/poetry.lock": "",
    };
    expect(planOf(files).warnings).toContain(
      "Found, but not used for the environment: notebooks/Pipfile, environment.yml, pyproject.toml.",
    );
    const installed = planOf({ ...files, "requirements.txt": "-e .\n" });
    expect(installed.warnings.join("\n")).not.toContain("pyproject.toml");
  });

  test("the nearest file of another tool comes with what to do, unless something else makes the environment", () => {
    const files = { ...NOTEBOOK, "notebooks/pylock.toml": 'lock-version = "1.0"\n', "environment.yml": "" };
    const advice = /^To use (\S+), write a requirements\.txt with the tool that made it \(.*uv export/;
    const { warnings } = planOf(files);
    expect(warnings).toContain("Found, but not used for the environment: notebooks/pylock.toml, environment.yml.");
    expect(warnings.flatMap((each) => advice.exec(each)?.[1] ?? [])).toEqual(["notebooks/pylock.toml"]);
    expect(planOf({ ...files, "requirements.txt": "six==1.17.0\n" }).warnings.join("\n")).not.toContain("To use");
  });

  test("large files are named, the largest first", () => {
    const large = { "a.bin": 60 * 1024 ** 2, "b.bin": 2 * 1024 ** 3, "small.bin": 1024 };
    expect(planOf(NOTEBOOK, { repository: { large } }).warnings).toContain(
      "Every run fetches large files: b.bin (2048 MiB), a.bin (60 MiB).",
    );
  });
});
