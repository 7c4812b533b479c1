import { describe, expect, test } from "@jest/globals";
import { type Asked, aNotebook, type Files, planOf } from "./a-repository.js";

const BASE = `quay.io/jupyter/minimal-notebook@sha256:${"d".repeat(64)}`;
const NOTEBOOK = { "notebooks/train.ipynb": aNotebook("import pandas") };

describe("what a job asks of its environment and does not get", () => {
  const policies = { verifyHashes: true, allowUnpinned: false, failOnConflict: true };

  test("policies for requirements are not kept by a Dockerfile: a warning for each", () => {
    const { warnings } = planOf({ ...NOTEBOOK, Dockerfile: `FROM ${BASE}\n` }, { build: policies });
    const why = "has no effect: Dockerfile decides what is installed, and it isn't checked.";
    expect(warnings).toEqual([
      `verifyHashes ${why}`,
      `allowUnpinned: false, also the default of level production, ${why}`,
      `failOnConflict ${why}`,
    ]);
  });

  test.each(["warn", "auto"] as const)("nor by the base image (fallbackStrategy: %s)", (fallbackStrategy) => {
    const files = { "notebooks/train.ipynb": aNotebook("import json") };
    const { source, warnings } = planOf(files, { build: { ...policies, fallbackStrategy } });
    expect(source.kind).toBe("baseImage");
    for (const field of ["verifyHashes", "allowUnpinned: false", "failOnConflict"]) {
      expect(warnings.filter((warning) => warning.startsWith(field))).toHaveLength(1);
    }
  });

  test("nothing is warned of where requirements keep them", () => {
    const requirements = `six==1.16.0 --hash=sha256:${"a".repeat(64)}\n`;
    expect(planOf({ ...NOTEBOOK, "requirements.txt": requirements }, { build: policies }).warnings).toEqual([]);
  });

  test.each<[string, Files, Asked["build"]]>([
    ["requirements.txt", { ...NOTEBOOK, "requirements.txt": "six==1.16.0\n" }, {}],
    ["the base image", NOTEBOOK, {}],
    ["the notebook's imports", NOTEBOOK, { fallbackStrategy: "auto" }],
  ])("target and buildArgs belong to a Dockerfile, not to %s; values stay hidden", (madeFrom, files, build) => {
    const asked = { target: "prod", buildArgs: { B: "hunter2", A: "1" }, ...build };
    const { warnings } = planOf(files, { build: asked });
    const why = `have no effect: the environment is made from ${madeFrom}, not from a Dockerfile of the repository.`;
    expect(warnings).toContain(`target prod ${why.replace("have", "has")}`);
    expect(warnings).toContain(`buildArgs A, B ${why}`);
    expect(warnings.join()).not.toContain("hunter2");
  });
});
