import { describe, expect, test } from "@jest/globals";
import { type Asked, aNotebook, type Files, planOf } from "./a-repository.js";

const BASE = `quay.io/jupyter/minimal-notebook@sha256:${"d".repeat(64)}`;
const NOTEBOOK = { "notebooks/train.ipynb": aNotebook("import pandas") };

describe("the environment's digest", () => {
  describe("of requirements", () => {
    const files = {
      ...NOTEBOOK,
      "requirements.txt": "-r a/base.txt\nsix==1.16.0\n",
      "a/base.txt": "numpy==2.1.3\n",
      "lib/setup.py": "1",
    };
    const digest = (changed: Files = {}, asked: Parameters<typeof planOf>[1] = {}) =>
      planOf({ ...files, ...changed }, asked).digest;

    test("stays while only notebooks, sources and the commit change", () => {
      expect(digest({ "notebooks/train.ipynb": aNotebook("1"), "lib/setup.py": "2", "new.py": "" })).toBe(digest());
      expect(digest({}, { repository: { commit: "f".repeat(40) } })).toBe(digest());
    });

    test.each<[string, Files, Parameters<typeof planOf>[1]]>([
      ["the requirements", { "requirements.txt": "-r a/base.txt\nsix==1.17.0\n" }, {}],
      ["a file that they include", { "a/base.txt": "numpy==2.1.4\n" }, {}],
      [
        "the base image",
        {},
        { base: { reference: "quay.io/jupyter/minimal-notebook:2025-03-14", digest: `sha256:${"1".repeat(64)}` } },
      ],
      ["how it is installed", {}, { build: { failOnConflict: true } }],
    ])("changes with %s", (_, changed, asked) => {
      expect(digest(changed, asked)).not.toBe(digest());
    });

    test("changes with a package of the repository that is installed, and not with its neighbours", () => {
      const packaged = { "requirements.txt": "-e ./lib\n" };
      expect(digest({ ...packaged, "lib/setup.py": "2" })).not.toBe(digest(packaged));
      expect(digest({ ...packaged, "library/x.py": "2" })).toBe(digest(packaged));
    });

    test("is the same for the same question, whatever else was read of the repository", () => {
      expect(digest()).toBe(digest());
      expect(digest()).toMatch(/^sha256:[0-9a-f]{64}$/);
    });
  });

  describe("of a Dockerfile", () => {
    const text = `FROM ${BASE}\nCOPY requirements.txt /x\n`;
    const digest = (files: Files, { build, ...asked }: Asked = {}, of = text) =>
      planOf(
        { ...NOTEBOOK, Dockerfile: of, "requirements.txt": "six", ...files },
        { build: { preferDockerfile: true, ...build }, ...asked },
      ).digest;

    test("follows what is copied, the Dockerfile and its arguments, and nothing else", () => {
      expect(digest({ "notebooks/train.ipynb": "{}", "other.py": "" })).toBe(digest({}));
      expect(digest({ "requirements.txt": "seven" })).not.toBe(digest({}));
      expect(digest({}, {}, `${text}# more\n`)).not.toBe(digest({}));
      const args = (value: string) => digest({}, { build: { buildArgs: { V: value } } }, `${text}ARG V\n`);
      expect(args("1")).not.toBe(args("2"));
      expect(digest({}, { build: { buildArgs: { UNUSED: "1" } } })).toBe(digest({}));
    });

    test("of a Dockerfile that copies all follows all, but for what .dockerignore names", () => {
      const all = `FROM ${BASE}\nCOPY . /x\n`;
      expect(digest({ "notebooks/train.ipynb": "{}" }, {}, all)).not.toBe(digest({}, {}, all));
      const ignore = { ".dockerignore": "notebooks\n" };
      expect(digest({ ...ignore, "notebooks/train.ipynb": "{}" }, {}, all)).toBe(digest(ignore, {}, all));
      expect(digest({ ...ignore, "new.py": "" }, {}, all)).not.toBe(digest(ignore, {}, all));
    });

    test("follows what a mount shows, ignored or not, as buildah does", () => {
      const mounting = `FROM ${BASE}\nCOPY . /x\nRUN --mount=target=/src,source=src make\n`;
      const of = (files: Files) => digest({ ".dockerignore": "src\ndocs\n", "src/a.c": "1", ...files }, {}, mounting);
      expect(of({ "src/a.c": "2" })).not.toBe(of({}));
      expect(of({ "docs/a.md": "2" })).toBe(of({}));
    });

    test.each<[string, Files, Asked["repository"]]>([
      ["which only buildah reads", { ".containerignore": "docs\n" }, {}],
      ["which only buildah reads for it", { "Dockerfile.containerignore": "" }, {}],
      ["which can't be read", {}, { unreadable: { ".dockerignore": "is larger than 1 MiB" } }],
    ])("follows all that is copied, and the ignore file %s", (_what, ignore, repository = {}) => {
      const of = (more: Files) =>
        digest(
          { ".dockerignore": "src\n", ...ignore, "src/a.py": "1", ...more },
          { repository },
          `${text}COPY src /x\n`,
        );
      expect(of({ "src/a.py": "2" })).not.toBe(of({}));
      for (const path of [".dockerignore", ...Object.keys(ignore)]) expect(of({ [path]: "other\n" })).not.toBe(of({}));
      expect(of({ "docs/b.md": "2" })).toBe(of({}));
    });

    test("never claims that everything is pinned", () => {
      expect(
        planOf({ ...NOTEBOOK, Dockerfile: text, "requirements.txt": "" }, { build: { preferDockerfile: true } })
          .isPinned,
      ).toBe(false);
    });
  });
});
