import { spawnSync } from "node:child_process";
import { describe, expect, test } from "@jest/globals";
import { isStandardLibrary } from "../../../../src/build/environment/inference/standard-library.js";
import { type Asked, aNotebook, ask, dockerfileText, type Files, planOf, rejectionOf } from "../a-repository.js";

const AUTO = { fallbackStrategy: "auto" } as const;

function inferred(cells: string | readonly string[], files: Files = {}, build: Asked["build"] = {}) {
  const notebook = aNotebook(...[cells].flat());
  return planOf({ "notebooks/train.ipynb": notebook, ...files }, { build: { ...AUTO, ...build } });
}

/** What is installed. */
function distributions(cells: string | readonly string[], files: Files = {}): readonly string[] {
  return inferred(cells, files).installation?.pipArguments ?? [];
}

describe("requirements from imports", () => {
  test.each<[string, string[]]>([
    ["import sklearn", ["scikit-learn"]],
    ["import cv2", ["opencv-python-headless"]],
    ["import PIL.Image", ["Pillow"]],
    ["from bs4 import BeautifulSoup", ["beautifulsoup4"]],
    ["import yaml, dateutil, dotenv", ["python-dateutil", "python-dotenv", "PyYAML"]],
    ["import sentence_transformers", ["sentence-transformers"]],
    ["import my_own_thing", ["my-own-thing"]],
    ["from google.cloud import storage, bigquery", ["google-cloud-bigquery", "google-cloud-storage"]],
    ["import google.protobuf.message", ["protobuf"]],
    ["import mpl_toolkits.mplot3d\nimport matplotlib", ["matplotlib"]],
    ["import os, sys, json, _thread, __future__", []],
    ["import distutils, tomllib", []],
  ])("%s", (code, expected) => {
    expect(distributions(code)).toEqual(expected);
  });

  test("come from all Python cells, sorted, each once", () => {
    expect(
      distributions(["import pandas", "import numpy\nimport pandas as pd", "%%time\nimport scipy", "%%bash\nimport x"]),
    ).toEqual(["numpy", "pandas", "scipy"]);
  });

  test("modules of the repository are none: what they import is", () => {
    const files = {
      "notebooks/cleaning.py": "import polars\nfrom helpers import deep",
      "helpers/__init__.py": "from .inner import x",
      "helpers/inner.py": "import duckdb\nfrom ..gone import y",
      "helpers/deep.py": "import xarray",
      "src/features/scale.py": "import numba",
      "src/features/unused.py": "import tensorflow",
    };
    const { read } = ask(
      { "notebooks/train.ipynb": aNotebook("import cleaning\nfrom features import scale"), ...files },
      { build: AUTO },
    );
    expect(distributions("import cleaning\nfrom features import scale", files)).toEqual([
      "duckdb",
      "numba",
      "polars",
      "xarray",
    ]);
    expect(read).not.toContain("src/features/unused.py");
  });

  test("modules that import each other end", () => {
    const files = { "notebooks/a.py": "import b, numpy", "notebooks/b.py": "import a" };
    expect(distributions("import a", files)).toEqual(["numpy"]);
  });

  test("what code can do without is not installed, and told", () => {
    const plan = inferred("import numpy\ntry:\n    import cupy\nexcept ImportError:\n    cupy = None\n");
    expect(plan.installation?.pipArguments).toEqual(["numpy"]);
    expect(plan.warnings).toContain("Imported inside try, and therefore not installed: cupy.");
  });

  test("what no index has is told", () => {
    const plan = inferred("import numpy\nfrom google.colab import drive\nimport données");
    expect(plan.installation?.pipArguments).toEqual(["numpy"]);
    expect(plan.warnings).toContain("The import of google.colab can't be provided: it is only there on Google Colab.");
    expect(plan.warnings).toContain("The import of données can't be provided: no distribution has such a name.");
  });

  test("are suggested as a file to commit", () => {
    expect(inferred("import sklearn, pandas").inferredRequirements).toBe(
      "# Inferred from the imports of notebooks/train.ipynb. Check, pin and commit it.\npandas\nscikit-learn  # sklearn\n",
    );
  });

  test("make the same environment for notebooks that import the same", () => {
    const other = planOf(
      { "x/other.ipynb": aNotebook("import pandas\n1 + 1") },
      { notebook: "x/other.ipynb", build: AUTO },
    );
    expect(other.digest).toBe(inferred("import pandas").digest);
    expect(dockerfileText(other)).not.toContain("other.ipynb");
    expect(other).toMatchObject({ copies: [], isPinned: false, source: { kind: "inferred" } });
  });

  test.each<[string, Asked["build"], string]>([
    ["pins", { allowUnpinned: false }, "UnpinnedDependencies"],
    ["hashes", { verifyHashes: true }, "DependencyHashMissing"],
  ])("are refused where %s are demanded", (_, build, reason) => {
    const files = { "notebooks/train.ipynb": aNotebook("import pandas") };
    const rejection = rejectionOf(files, { build: { ...AUTO, ...build } });
    expect(rejection.reason).toBe(reason);
    expect(rejection.problems[0]?.message).toBe("inferred: pandas");
  });

  test.each<[string, string, RegExp]>([
    ["not JSON", "nonsense", /is not JSON/],
    ["no notebook", "[]", /has no cells/],
    ["another language", JSON.stringify({ cells: [], metadata: { kernelspec: { language: "R" } } }), /is written in R/],
  ])("a notebook that is %s runs on the base image, with a warning", (_, text, warning) => {
    const plan = planOf({ "notebooks/train.ipynb": text }, { build: AUTO });
    expect(plan.dockerfile.kind).toBe("none");
    expect(plan.warnings.join()).toMatch(warning);
  });

  test("a notebook that is not there, or imports nothing, runs on the base image", () => {
    expect(planOf({ "a.txt": "" }, { build: AUTO }).warnings.join()).toContain("is not in the repository");
    expect(inferred("import os").source).toMatchObject({
      kind: "baseImage",
      reason: expect.stringContaining("imports nothing"),
    });
  });

  test("the standard library is that of the Python at hand, and of others", () => {
    const asked = spawnSync("python3", ["-c", "import sys; print(*sys.stdlib_module_names)"], { encoding: "utf8" });
    const names = asked.stdout.trim().split(/\s+/);
    expect(names.length).toBeGreaterThan(200);
    expect(names.filter((name) => !isStandardLibrary(name))).toEqual([]);
    expect(["pandas", "numpy", "setuptools", "pip", "yaml"].filter(isStandardLibrary)).toEqual([]);
  });
});
