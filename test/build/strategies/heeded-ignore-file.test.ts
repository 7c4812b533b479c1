import { mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { aNotebook, type Files, planOf } from "../environment/a-repository.js";
import { hasBuildah, useBuildah } from "./real-buildah.js";
import { ScratchSteps } from "./scratch-steps.js";

const NAME = `-f $(touch owned); "it's"\\`;
const DOCKERFILE = "FROM scratch\nCOPY . /all/\n";
const SOURCES = { "train.ipynb": aNotebook(""), "a.txt": "", "b.txt": "", "c.txt": "", "d.txt": "", "sub/e.txt": "" };

describe("the ignore file that a build heeds", () => {
  let steps: ScratchSteps;
  beforeEach(() => {
    steps = new ScratchSteps();
  });
  afterEach(() => steps.remove());

  function commit(files: Files): void {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(steps.at(`source/${path}`)), { recursive: true });
      writeFileSync(steps.at(`source/${path}`), text);
    }
  }
  const heeded = () => readFileSync(steps.at("work/.dockerignore"), "utf8");
  const layOut = (dockerfile = "Dockerfile", more: Readonly<Record<string, string>> = {}) =>
    steps.run("dockerfile", { dockerfile, context: ".", ...more });

  // Each hides another file. What buildah 1.28 and 1.40 do with the Dockerfile in its place, all sixteen ways.
  const ALL: readonly (readonly [suffix: string, text: string])[] = [
    [`${NAME}.dockerignore`, "a.txt"],
    [`${NAME}.containerignore`, "b.txt"],
    [".containerignore", "c.txt"],
    [".dockerignore", "d.txt"],
  ];
  const worlds = [...Array(16).keys()].map((set): [string, Files] => {
    const there = ALL.filter((_, index) => set & (1 << index));
    return [there.map(([path]) => path).join(" ") || "none", Object.fromEntries(there)];
  });

  test.each(worlds)("%s: is the Dockerfile's own, then the context's, one alone", (_, ignoring) => {
    commit({ ...SOURCES, [NAME]: DOCKERFILE, ...ignoring });
    expect(layOut(NAME)).toMatchObject({ status: 0, stderr: "" });
    expect(heeded()).toBe(Object.values(ignoring)[0] ?? "");
    expect(readdirSync(steps.root)).not.toContain("owned");
  });

  test("is beside the Dockerfile's own path, and in its context", () => {
    commit({ "sub/Dockerfile": DOCKERFILE, "Dockerfile.dockerignore": "root", ".dockerignore": "root" });
    expect(layOut("sub/Dockerfile", { context: "sub" }).status).toBe(0);
    expect(heeded()).toBe("");
    commit({ "sub/.dockerignore": "context" });
    expect(layOut("sub/Dockerfile", { context: "sub" }).status).toBe(0);
    expect(heeded()).toBe("context");
    commit({ "sub/Dockerfile.dockerignore": "own" });
    expect(layOut("sub/Dockerfile", { context: "sub" }).status).toBe(0);
    expect(heeded()).toBe("own");
  });

  test("is none where the Dockerfile is not the repository's", () => {
    commit({ ".dockerignore": "*", "Dockerfile.dockerignore": "*" });
    expect(layOut("Dockerfile", { "dockerfile-base64": btoa(DOCKERFILE) }).status).toBe(0);
    expect(heeded()).toBe("");
  });

  test("is no directory and no link to nowhere: the next one counts", () => {
    commit({ Dockerfile: DOCKERFILE, "Dockerfile.dockerignore/x": "", ".dockerignore": "context" });
    symlinkSync("nowhere", steps.at("source/Dockerfile.containerignore"));
    symlinkSync("/dev/zero", steps.at("source/.containerignore"));
    expect(layOut()).toMatchObject({ status: 0, stderr: "" });
    expect(heeded()).toBe("context");
  });

  test("may be a link within the repository, and none that leads out of it", () => {
    commit({ Dockerfile: DOCKERFILE, "sub/rules": "linked" });
    symlinkSync("sub/rules", steps.at("source/.dockerignore"));
    expect(layOut()).toMatchObject({ status: 0, stderr: "" });
    expect(heeded()).toBe("linked");
    writeFileSync(join(steps.root, "secret"), "s3cret");
    symlinkSync("../../secret", steps.at("source/Dockerfile.dockerignore"));
    expect(layOut()).toMatchObject({ status: 1, stderr: "Dockerfile.dockerignore leads out of the repository\n" });
    expect(heeded()).toBe("");
  });

  (hasBuildah() ? describe : describe.skip)("with the real buildah", () => {
    /** What a build of the planned environment has in `/all`. */
    function built(dockerfile: string, context: string): string[] {
      const params = { dockerfile, context, "tls-verify": "true" };
      useBuildah(steps);
      expect(steps.run("dockerfile", params)).toMatchObject({ status: 0, stderr: "" });
      const image = join(steps.root, "image");
      const args = [`--output=type=local,dest=${image}`];
      expect(steps.run("build", params, { args })).toMatchObject({ status: 0 });
      const all = join(image, "all");
      return (readdirSync(all, { recursive: true }) as string[])
        .filter((path) => statSync(join(all, path)).isFile())
        .map((path) => join(context, path))
        .sort();
    }

    test.each([
      ...worlds,
      ["a pattern that leads above the context", { ".dockerignore": "../sub\n/../sub\n" }],
      ["lines as Windows has them", { ".dockerignore": "sub\r\n*.txt\r\n!b.txt\r\n" }],
      ["everything but a little", { ".dockerignore": "*\n!sub\n" }],
    ] as [string, Files][])("%s: what is in the image counts for the environment", (_, ignoring) => {
      const files: Files = { ...SOURCES, [NAME]: DOCKERFILE, ...ignoring };
      commit(files);
      const plan = (of: Files) => planOf(of, { notebook: "train.ipynb", build: { dockerfilePath: NAME } });
      const { digest, context } = plan(files);
      const inImage = built(NAME, context);
      const counted = Object.keys(files).filter(
        (path) => plan({ ...files, [path]: `${files[path]}\n#` }).digest !== digest,
      );
      expect(counted).toEqual(expect.arrayContaining(inImage));
      // The Dockerfile counts by its text; beside a .containerignore all of it does.
      const needless = counted.filter((path) => path !== NAME && !inImage.includes(path));
      if (!Object.keys(ignoring).some((path) => path.endsWith(".containerignore"))) expect(needless).toEqual([]);
    });
  });
});
