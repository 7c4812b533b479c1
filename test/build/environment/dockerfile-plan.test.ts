import { describe, expect, test } from "@jest/globals";
import { type Asked, aNotebook, type Files, planOf, rejectionOf } from "./a-repository.js";

const DIGEST = `sha256:${"d".repeat(64)}`;
const BASE = `quay.io/jupyter/minimal-notebook@${DIGEST}`;
const NOTEBOOK = { "notebooks/train.ipynb": aNotebook("import pandas") };

/** Environment of a Dockerfile at the root. */
function dockerfile(text: string, files: Files = {}, asked: Asked = {}) {
  return planOf({ ...NOTEBOOK, Dockerfile: text, ...files }, asked);
}

function rejected(text: string, files: Files = {}, asked: Asked = {}) {
  const { reason, problems } = rejectionOf({ ...NOTEBOOK, Dockerfile: text, ...files }, asked);
  expect(reason).toBe("DockerfileInvalid");
  return problems.map(({ path, line, message }) => `${path}${line === undefined ? "" : `:${line}`} ${message}`);
}

describe("what a Dockerfile copies", () => {
  const files = {
    "a.txt": "1",
    "dir/b.txt": "2",
    "dir/c.py": "3",
    "requirements/x.txt": "4",
    "requirements/y.in": "5",
  };

  test.each<[string, string, string[]]>([
    ["a file", "COPY a.txt /x", ["a.txt"]],
    ["several, and a directory", "COPY a.txt dir/ /x/", ["a.txt", "dir"]],
    ["the JSON form", 'COPY ["a.txt", "/x"]', ["a.txt"]],
    ["everything", "COPY . /x", ["."]],
    ["an absolute path, which means the context", "COPY /a.txt /x", ["a.txt"]],
    ["a path above the context, which is the context", "COPY ../../a.txt /x", ["a.txt"]],
    ["a pattern", "COPY requirements/*.txt /x/", ["requirements/x.txt"]],
    ["a pattern that does not cross directories", "COPY *.txt /x/", ["a.txt"]],
    ["a class of characters", "COPY dir/[bc].* /x/", ["dir/b.txt", "dir/c.py"]],
    ["an argument with a default", "ARG D=dir\nCOPY $D/b.txt /x", ["dir/b.txt"]],
    ["an argument with a fallback", "ARG D\nCOPY ${D:-dir}/b.txt /x", ["."]],
    ["a variable of the environment", "ENV D=dir E='b.txt'\nCOPY ${D}/${E} /x", ["dir/b.txt"]],
    ["a variable that only the base image knows", "COPY $HOME/b.txt /x", ["."]],
    ["flags and continuations", "COPY --chown=0:0 \\\n  # a comment\n  a.txt \\\n  /x", ["a.txt"]],
    ["ADD", "ADD a.txt https://example.com/x /x/", ["a.txt"]],
    ["a bind mount", "RUN --mount=type=bind,source=dir,target=/d ls", ["dir"]],
    ["nothing of other images", "COPY --from=alpine:3 /etc/os-release /x", []],
    ["nothing from texts of its own", "COPY <<EOF /x\na.txt\nEOF", []],
    ["nothing twice", "COPY dir /x\nCOPY dir/b.txt /y", ["dir"]],
  ])("%s", (_, line, copies) => {
    expect(dockerfile(`FROM ${BASE}\n${line}\n`, files).copies).toEqual(copies);
  });

  test("a build argument of the job decides over the default", () => {
    const build = { buildArgs: { D: "requirements" } };
    expect(dockerfile(`FROM ${BASE}\nARG D=dir\nCOPY $D /x\n`, files, { build }).copies).toEqual(["requirements"]);
  });

  test("what is missing refuses, by line, before anything is built", () => {
    expect(rejected(`FROM ${BASE}\nCOPY a.txt /x\nCOPY gone.txt nor.txt /x/\nCOPY *.csv /x/\n`, files)).toEqual([
      "Dockerfile:3 COPY gone.txt: the repository has no such file or directory",
      "Dockerfile:3 COPY nor.txt: the repository has no such file or directory",
      "Dockerfile:4 COPY *.csv: the repository has no such file or directory",
    ]);
  });

  test("what .dockerignore hides refuses, too", () => {
    const hidden = { ...files, ".dockerignore": "# ours\n*.txt\n" };
    expect(rejected(`FROM ${BASE}\nCOPY a.txt /x\n`, hidden)).toEqual([
      "Dockerfile:2 COPY a.txt: .dockerignore keeps it from the builder",
    ]);
    expect(dockerfile(`FROM ${BASE}\nCOPY a.txt /x\n`, { ...hidden, ".dockerignore": "*\n!a.txt\n" }).copies).toEqual([
      "a.txt",
    ]);
  });
});

describe("the build context", () => {
  const text = `FROM ${BASE}\nCOPY requirements.txt /x\n`;
  const files = { ...NOTEBOOK, "notebooks/Dockerfile": text, "notebooks/requirements.txt": "" };
  const build = { preferDockerfile: true };

  test("is the root", () => {
    expect(planOf({ ...files, "requirements.txt": "" }, { build })).toMatchObject({
      context: ".",
      copies: ["requirements.txt"],
    });
  });

  test("is the Dockerfile's directory when what it copies is only there", () => {
    const plan = planOf(files, { build });
    expect(plan).toMatchObject({ context: "notebooks", copies: ["notebooks/requirements.txt"] });
    expect(plan.warnings).toContain(
      "notebooks/Dockerfile is built in notebooks: what it copies is there, not at the root.",
    );
  });

  test("has its own .dockerignore, and a Dockerfile may have one for itself", () => {
    const all = { ...files, "notebooks/Dockerfile": `FROM ${BASE}\nCOPY requirements.txt . /x/\n` };
    const digest = (more: Files) => planOf({ ...all, ...more }, { build }).digest;
    const ignoring = { "notebooks/.dockerignore": "**/*.ipynb\n" };
    expect(digest({ ...ignoring, "notebooks/train.ipynb": "{}" })).toBe(digest(ignoring));
    expect(
      digest({ ...ignoring, "notebooks/Dockerfile.dockerignore": "none", "notebooks/train.ipynb": "{}" }),
    ).not.toBe(digest({ ...ignoring, "notebooks/Dockerfile.dockerignore": "none" }));
  });
});

describe("stages", () => {
  const text = [
    "ARG TAG=1",
    "FROM a.io/base:${TAG} AS base",
    "COPY base.txt /x",
    "FROM base AS tests",
    "COPY gone.txt /x",
    `FROM ${BASE} AS final`,
    "COPY --from=base /x /y",
    "COPY final.txt /z",
    "",
  ].join("\n");
  const files = { "base.txt": "", "final.txt": "" };

  test("only those that the target is made from count", () => {
    expect(dockerfile(text, files).copies).toEqual(["base.txt", "final.txt"]);
    const plan = dockerfile(text, files, { build: { target: "base" } });
    expect(plan.copies).toEqual(["base.txt"]);
    expect(plan.dockerfile).toMatchObject({ kind: "repository", path: "Dockerfile", text, target: "base" });
    expect(dockerfile(text, files, { build: { target: "0" } }).copies).toEqual(["base.txt"]);
    expect(dockerfile(text, files, { build: { target: "FINAL" } }).copies).toEqual(["base.txt", "final.txt"]);
  });

  test("a target that is not there refuses with those that are", () => {
    const { problems } = rejectionOf({ ...NOTEBOOK, ...files, Dockerfile: text }, { build: { target: "prod" } });
    expect(problems).toEqual([
      {
        path: "Dockerfile",
        message: "has no stage prod",
        fix: "set spec.podConfig.buildConfig.target to one of: base, tests, final",
      },
    ]);
  });

  test("another target is another environment", () => {
    const digests = [undefined, "base"].map(
      (target) => dockerfile(text, files, { build: { ...(target && { target }) } }).digest,
    );
    expect(new Set(digests).size).toBe(2);
  });

  test("FROM with an argument that has no value refuses", () => {
    expect(rejected("ARG IMAGE\nFROM ${IMAGE}\n")).toEqual([
      "Dockerfile:2 FROM ${IMAGE} has an argument without a value",
    ]);
    expect(dockerfile("ARG IMAGE\nFROM ${IMAGE}\n", {}, { build: { buildArgs: { IMAGE: BASE } } }).buildArgs).toEqual({
      IMAGE: BASE,
    });
  });
});

describe("what can't be a Dockerfile", () => {
  test.each<[string, string, string]>([
    ["an empty file", "", "Dockerfile has no FROM"],
    ["something before FROM", "RUN x\nFROM a\n", "Dockerfile:1 RUN stands before the first FROM"],
    ["no instruction", `FROM ${BASE}\nINSTALL pandas\n`, "Dockerfile:2 INSTALL is not an instruction of Dockerfiles"],
    ["FROM without an image", "FROM\n", "Dockerfile:1 FROM names no image"],
    ["COPY without a destination", `FROM ${BASE}\nCOPY a\n`, "Dockerfile:2 COPY needs a source and a destination"],
    ["a novel", `FROM ${BASE}\n${"# x\n".repeat(17_000)}`, "Dockerfile is longer than 64 KiB"],
  ])("%s", (_, text, problem) => {
    expect(rejected(text)).toContain(problem);
  });

  test("each problem comes with what mends it, and a misspelt FROM is one problem", () => {
    const problemsOf = (text: string, files: Files = {}) =>
      rejectionOf({ ...NOTEBOOK, Dockerfile: text, ...files }).problems.map(({ line, fix }) => [line, fix]);
    expect(problemsOf(`FRM ${BASE}\nRUN x\nCOPY a\n`)).toEqual([
      [1, "write FROM"],
      [3, "write COPY SOURCE DESTINATION"],
    ]);
    expect(problemsOf("RUN x\nRUN y\n")).toEqual([
      [1, "begin with FROM and the image that the environment is made on"],
    ]);
    expect(problemsOf(`FROM ${BASE}\nINSTALL pandas\n`)).toEqual([[2, "begin commands with RUN, comments with #"]]);
    expect(problemsOf(`FROM ${BASE}\nCOPY reqs.txt /x\n`)).toEqual([
      [2, "commit it, or correct the path: it counts from the repository's root"],
    ]);
    expect(problemsOf(`FROM ${BASE}\nCOPY reqs.txt /x\n`, { "deps/reqs.txt": "" })).toEqual([
      [2, "correct the path, which counts from the repository's root; the repository has deps/reqs.txt"],
    ]);
  });
});

describe("warnings", () => {
  const warnings = (text: string, asked: Asked = {}, files: Files = {}) => dockerfile(text, files, asked).warnings;

  test.each<[string, string, string]>([
    [
      "an image that is not pinned",
      "FROM python:3.12-notebook\n",
      "Dockerfile:1 FROM python:3.12-notebook is not pinned.",
    ],
    [
      "the last image",
      "FROM jupyter/base-notebook\n",
      "Dockerfile:1 FROM jupyter/base-notebook is not pinned: it is whatever was pushed last.",
    ],
    [
      "root at the end",
      `FROM ${BASE}\nUSER 1000\nUSER root\n`,
      "Dockerfile:3 the image runs as root: workbenches and pods of restricted namespaces refuse it.",
    ],
    [
      "root of an earlier stage",
      `FROM ${BASE} AS a\nUSER 0:0\nFROM a\n`,
      "Dockerfile:2 the image runs as root: workbenches and pods of restricted namespaces refuse it.",
    ],
    [
      "a secret in an argument",
      `FROM ${BASE}\nARG NPM_TOKEN\n`,
      "Dockerfile:2 ARG NPM_TOKEN looks like a secret: everybody who can pull the image can read it.",
    ],
    [
      "a download",
      `FROM ${BASE}\nADD https://example.com/a /a\n`,
      "Dockerfile:2 ADD downloads something that may be another thing tomorrow.",
    ],
    [
      "a secret mount",
      `FROM ${BASE}\nRUN --mount=type=secret,id=x ls\n`,
      "Dockerfile:2 RUN --mount=type=secret gets nothing: no build is given one.",
    ],
    [
      "text of its own",
      `FROM ${BASE}\nRUN <<EOF\nls\nEOF\n`,
      "Dockerfile:2 text after << needs BuildKit, or buildah 1.33 or newer.",
    ],
    [
      "no kernel",
      "FROM python@" + DIGEST + "\nRUN pip install pandas\n",
      "Dockerfile does not seem to install ipykernel, which notebooks need in the image's python3.",
    ],
  ])("tell of %s", (_, text, warning) => {
    expect(warnings(text)).toContain(warning);
  });

  test("there are none about a Dockerfile that does it well", () => {
    expect(warnings(`FROM ${BASE}\nUSER 0\nRUN pip install six==1.16.0\nUSER 1000\n`)).toEqual([]);
  });

  test("a kernel in the requirements that it copies is one", () => {
    const text = `FROM python@${DIGEST}\nCOPY requirements /r/\nRUN pip install -r requirements/all.txt\n`;
    expect(warnings(text, {}, { "requirements/all.txt": "ipykernel==7.4.0\n" })).toEqual([]);
    expect(warnings(text, {}, { "requirements/all.txt": "pandas\n" }).join()).toContain("ipykernel");
  });

  test("build arguments that nothing declares have no effect, and never show their values", () => {
    const build = { buildArgs: { KNOWN: "1", OTHER: "2", API_TOKEN: "hunter2", HTTP_PROXY: "http://p" } };
    const plan = dockerfile(`FROM ${BASE}\nARG KNOWN\nARG API_TOKEN\n`, {}, { build });
    expect(plan.buildArgs).toEqual({ KNOWN: "1", API_TOKEN: "hunter2", HTTP_PROXY: "http://p" });
    expect(plan.warnings).toContain("buildArgs.OTHER has no effect: Dockerfile declares no ARG OTHER.");
    expect(plan.warnings).toContain("buildArgs.API_TOKEN looks like a secret: it stays readable in the image.");
    expect(plan.warnings.join()).not.toContain("hunter2");
  });
});
