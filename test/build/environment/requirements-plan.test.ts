import { describe, expect, test } from "@jest/globals";
import { DockerfileParser } from "dockerfile-ast";
import fc from "fast-check";
import { aNotebook, BASE_DIGEST, COMMIT, dockerfileText, type Files, planOf, rejectionOf } from "./a-repository.js";

const NOTEBOOK = { "notebooks/train.ipynb": aNotebook("import pandas") };

/** Words of the instruction of this kind that has the JSON form. */
function jsonWords(text: string, keyword: string): string[][] {
  return text
    .split("\n")
    .filter((line) => line.startsWith(`${keyword} [`))
    .map((line) => JSON.parse(line.slice(keyword.length + 1)) as string[]);
}

describe("a generated Dockerfile", () => {
  const plan = planOf({
    ...NOTEBOOK,
    "notebooks/requirements.txt": "-r ../requirements/base.txt\n-c ../requirements/constraints.txt\npandas==2.2.3\n",
    "requirements/base.txt": "numpy==2.1.3\n",
    "requirements/constraints.txt": "numpy==2.1.3\n",
  });

  test("copies the requirement files with the layout that they have, and nothing else", () => {
    expect(plan.copies).toEqual([
      "notebooks/requirements.txt",
      "requirements/base.txt",
      "requirements/constraints.txt",
    ]);
    expect(jsonWords(dockerfileText(plan), "COPY")).toEqual([
      ["notebooks/requirements.txt", "/opt/nbv/environment/notebooks/requirements.txt"],
      ["requirements/base.txt", "/opt/nbv/environment/requirements/base.txt"],
      ["requirements/constraints.txt", "/opt/nbv/environment/requirements/constraints.txt"],
    ]);
  });

  test("is based on the digest that the registry told, without the tag", () => {
    expect(dockerfileText(plan)).toContain(`\nFROM quay.io/jupyter/minimal-notebook@${BASE_DIGEST}\n`);
    expect(plan.labels["org.opencontainers.image.base.name"]).toBe("quay.io/jupyter/minimal-notebook:2025-03-14");
  });

  test("installs as root in one layer and ends as the base's user", () => {
    const keywords = dockerfileText(plan)
      .split("\n")
      .map((line) => line.split(" ")[0]);
    expect(keywords.filter((keyword) => keyword === "RUN")).toHaveLength(1);
    const users = dockerfileText(plan)
      .split("\n")
      .filter((line) => line.startsWith("USER "));
    expect(users).toEqual(["USER 0", "USER ${NB_UID:-1001}"]);
  });

  test.each([
    ["1000", "1000"],
    ["1001:0", "1001:0"],
    ["spark", "spark"],
    ["", "1001"],
    ["0", "1001"],
    ["root:root", "1001"],
    ["$(id)\nRUN x", "1001"],
  ])("of a base that runs as %j ends as %s", (user, expected) => {
    const base = { reference: "python:3.12", digest: BASE_DIGEST, user };
    const users = dockerfileText(planOf({ ...NOTEBOOK, "requirements.txt": "" }, { base })).match(/^USER .*$/gm);
    expect(users?.at(-1)).toBe(`USER ${expected}`);
  });

  test("names its environment's digest, never the job or the commit", () => {
    expect(plan.labels["mlops.dev/environment-digest"]).toBe(plan.digest);
    expect(dockerfileText(plan)).toContain(`"mlops.dev/environment-digest"="${plan.digest}"`);
    expect(dockerfileText(plan)).not.toContain(COMMIT);
  });

  test("reads back as it was written", () => {
    const parsed = DockerfileParser.parse(dockerfileText(plan));
    expect(parsed.getInstructions().map((each) => each.getKeyword())).toEqual([
      "FROM",
      "USER",
      "ARG",
      "ARG",
      "ARG",
      "COPY",
      "COPY",
      "COPY",
      "RUN",
      "USER",
      "LABEL",
    ]);
    expect(parsed.getFROMs()[0]?.getImageDigest()).toBe(BASE_DIGEST);
  });

  test("of a base image from Docker Hub says so in full", () => {
    const base = { reference: "python:3.12-slim" };
    expect(dockerfileText(planOf({ ...NOTEBOOK, "requirements.txt": "" }, { base }))).toContain(
      "\nFROM docker.io/library/python:3.12-slim\n",
    );
  });
});

describe("policies", () => {
  const hashed = `six==1.16.0 --hash=sha256:${"a".repeat(64)}\n`;

  test("verifyHashes installs with --require-hashes, and adds no kernel without one", () => {
    const [words] = jsonWords(
      dockerfileText(planOf({ ...NOTEBOOK, "requirements.txt": hashed }, { build: { verifyHashes: true } })),
      "RUN",
    );
    expect(words?.slice(3)).toEqual([
      "install",
      "/opt/nbv/environment",
      "--require-hashes",
      "--requirement",
      "/opt/nbv/environment/requirements.txt",
    ]);
    expect(words?.[2]).not.toContain("ipykernel==");
  });

  test("a file with hashes locks the environment", () => {
    const plan = planOf({ ...NOTEBOOK, "requirements.txt": hashed });
    expect(plan.lockedBy).toBe("requirements.txt");
    expect(plan.isPinned).toBe(true);
  });

  test("failOnConflict ends with pip check", () => {
    const script = (failOnConflict: boolean) =>
      jsonWords(
        dockerfileText(planOf({ ...NOTEBOOK, "requirements.txt": "six==1.16.0" }, { build: { failOnConflict } })),
        "RUN",
      )[0]?.[2];
    expect(script(true)).toMatch(/\npython3 -m pip check$/);
    expect(script(false)).not.toContain("pip check");
  });

  test("is pinned only when the base and every requirement are", () => {
    const isPinned = (text: string, digest?: string) =>
      planOf({ ...NOTEBOOK, "requirements.txt": text }, { base: { reference: "a.io/b:1", ...(digest && { digest }) } })
        .isPinned;
    expect(isPinned("six==1.16.0", BASE_DIGEST)).toBe(true);
    expect(isPinned("six", BASE_DIGEST)).toBe(false);
    expect(isPinned("six==1.16.0")).toBe(false);
  });

  test("allowUnpinned: false refuses with every line that is to blame", () => {
    const rejection = rejectionOf(
      { ...NOTEBOOK, "requirements.txt": "pandas\nsix==1.16.0\n-r more.txt\n", "more.txt": "numpy>=2\n" },
      { build: { allowUnpinned: false } },
    );
    expect(rejection.reason).toBe("UnpinnedDependencies");
    expect(rejection.message).toBe("requirements.txt has 2 lines without an exact version, which this job demands");
    expect(rejection.problems.map(({ path, line }) => `${path}:${line}`).sort()).toEqual([
      "more.txt:1",
      "requirements.txt:1",
    ]);
  });

  test("one line that contradicts others is told in the singular", () => {
    const text = "six==1.16.0\nsix==1.17.0\n";
    const asked = { build: { failOnConflict: true } };
    const rejection = rejectionOf({ ...NOTEBOOK, "requirements.txt": text }, asked);
    expect(rejection.reason).toBe("DependencyConflict");
    expect(rejection.message).toBe("requirements.txt has a line that contradicts others");
  });

  test("what is pinned besides the base image is known", () => {
    const isPinned = (text: string) =>
      planOf({ ...NOTEBOOK, "requirements.txt": text }, { base: { reference: "a.io/b:1" } });
    expect(isPinned("six==1.16.0")).toMatchObject({ isPinned: false, isPinnedOnBase: true });
    expect(isPinned("six")).toMatchObject({ isPinned: false, isPinnedOnBase: false });
  });

  test("an include that is missing refuses before anything is built", () => {
    const rejection = rejectionOf({ ...NOTEBOOK, "requirements.txt": "six\n-r gone.txt\n" });
    expect(rejection.reason).toBe("RequirementsInvalid");
    expect(rejection.problems[0]).toMatchObject({ path: "requirements.txt", line: 2 });
  });

  test("a file that can't be read says why", () => {
    const unreadable = { "requirements.txt": "is larger than 4 MiB" };
    const rejection = rejectionOf({ ...NOTEBOOK, "requirements.txt": "" }, { repository: { unreadable } });
    expect(rejection.problems).toEqual([{ path: "requirements.txt", message: "is larger than 4 MiB" }]);
  });
});

describe("paths of the repository", () => {
  const files = {
    ...NOTEBOOK,
    "packages/features/pyproject.toml": "",
    "packages/features/features.py": "",
    "packages/other.py": "",
  };

  test("a package is copied as a whole, nothing else of the repository", () => {
    const plan = planOf({ ...files, "requirements.txt": "-e ./packages/features\n" });
    expect(plan.copies).toEqual(["packages/features", "requirements.txt"]);
    expect(plan.installation?.workingDirectory).toBe("");
  });

  test("-e . copies all of it, once, and says what that means", () => {
    const plan = planOf({
      ...files,
      "requirements.txt": "-e .\n-r packages/more.txt\n",
      "packages/more.txt": "six\n",
      "setup.py": "",
    });
    expect(plan.copies).toEqual(["."]);
    expect(jsonWords(dockerfileText(plan), "COPY")).toEqual([[".", "/opt/nbv/environment"]]);
    expect(plan.warnings.join()).toContain("every change of it, also of a notebook, makes a new environment");
  });

  test("a .dockerignore that hides what is needed is told", () => {
    const plan = planOf({ ...NOTEBOOK, "requirements.txt": "six\n", ".dockerignore": "*\n!src\n" });
    expect(plan.warnings.join()).toContain(".dockerignore hides requirements.txt");
  });

  test.each(['re"q.txt', "$HOME.txt", "a*.txt", "[a].txt", "a?.txt", "`id`.txt"])(
    "a name that Dockerfiles would read otherwise is refused: %s",
    (path) => {
      const rejection = rejectionOf({ ...NOTEBOOK, [path]: "six\n" }, { build: { requirementsFile: path } });
      expect(rejection.reason).toBe("RequirementsInvalid");
      expect(rejection.problems[0]).toMatchObject({ path, fix: expect.stringContaining("rename it") });
    },
  );

  test("spaces and letters of all languages are fine", () => {
    const path = "données 1/необходимое.txt";
    const plan = planOf({ ...NOTEBOOK, [path]: "six\n" }, { build: { requirementsFile: path } });
    expect(jsonWords(dockerfileText(plan), "COPY")).toEqual([[path, `/opt/nbv/environment/${path}`]]);
  });

  test("whatever a path is, it is refused or stands in the Dockerfile as one word", () => {
    const name = fc
      .string({ minLength: 1, maxLength: 20, unit: "binary" })
      .filter((text) => !/^\.{0,2}$|[\/\0\\]/.test(text));
    fc.assert(
      fc.property(name, (text) => {
        const files: Files = { ...NOTEBOOK, [text]: "six==1.16.0\n" };
        const build = { requirementsFile: text };
        let plan: ReturnType<typeof planOf>;
        try {
          plan = planOf(files, { build });
        } catch {
          return;
        }
        const parsed = DockerfileParser.parse(dockerfileText(plan));
        expect(parsed.getInstructions().map((each) => each.getKeyword())).toEqual([
          "FROM",
          "USER",
          "ARG",
          "ARG",
          "ARG",
          "COPY",
          "RUN",
          "USER",
          "LABEL",
        ]);
        expect(jsonWords(dockerfileText(plan), "COPY")).toEqual([[text, `/opt/nbv/environment/${text}`]]);
      }),
      { numRuns: 150 },
    );
  });
});

describe("includeSource", () => {
  const files = { ...NOTEBOOK, "requirements.txt": "six==1.16.0\n" };
  const build = { includeSource: true };

  test("adds the repository last, and makes the image one of its commit", () => {
    const plan = planOf(files, { build });
    expect(jsonWords(dockerfileText(plan), "COPY").at(-1)).toEqual([".", "/opt/nbv/source"]);
    expect(plan).toMatchObject({ copies: ["."], includesSource: true });
    expect(plan.labels["org.opencontainers.image.revision"]).toBe(COMMIT);
    const other = planOf(files, { build, repository: { commit: "f".repeat(40) } });
    expect(other.digest).not.toBe(plan.digest);
  });

  test("of a repository that says nothing adds the sources to the base image", () => {
    const plan = planOf(NOTEBOOK, { build });
    expect(plan.dockerfile.kind).toBe("generated");
    expect(dockerfileText(plan)).not.toContain("\nRUN ");
  });
});
