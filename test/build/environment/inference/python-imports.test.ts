import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { pythonImports } from "../../../../src/build/environment/inference/python-imports.js";

/** Modules, with `?` after those that the code can do without. */
function modules(code: string): string[] {
  return pythonImports(code).map(({ module, names, level, isOptional }) => {
    const from = names.length === 0 ? "" : `(${names.join(" ")})`;
    return `${".".repeat(level)}${module}${from}${isOptional ? "?" : ""}`;
  });
}

describe("imports of Python code", () => {
  test.each<[string, string, string[]]>([
    ["a module", "import pandas", ["pandas"]],
    ["several, renamed", "import pandas as pd, numpy as np", ["pandas", "numpy"]],
    ["a submodule", "import matplotlib.pyplot as plt", ["matplotlib.pyplot"]],
    ["names of a module", "from sklearn.svm import SVC, SVR as R", ["sklearn.svm(SVC SVR)"]],
    ["names over lines", "from a import (\n  b,  # first\n  c,\n)", ["a(b c)"]],
    ["a continued line", "from a \\\n  import b", ["a(b)"]],
    ["everything of a module", "from a import *", ["a"]],
    ["a relative module", "from . import x\nfrom ..pkg.mod import y", [".(x)", "..pkg.mod(y)"]],
    ["several in a line", "x = 1; import a; from b import c", ["a", "b(c)"]],
    ["after a block's header", "if x: import a\nelse: import b", ["a", "b"]],
    ["inside functions", "def f():\n    import a\n    return a", ["a"]],
    [
      "inside try, which the code can do without",
      "try:\n    import a\nexcept ImportError:\n    import b\nimport c",
      ["a?", "b?", "c"],
    ],
    ["in a line with try", "try: import a\nexcept ImportError: a = None\nimport b", ["a?", "b"]],
    ["for type checkers", "if TYPE_CHECKING:\n    import a\nimport b", ["a?", "b"]],
    ["for type checkers, by their module", "if typing.TYPE_CHECKING:\n    import a", ["a?"]],
    ["beside magics", "%matplotlib inline\n!pip install x'y\nimport a\n?help", ["a"]],
    ["letters of all languages", "import données", ["données"]],
    ["CRLF", "import a\r\nimport b\r\n", ["a", "b"]],
  ])("%s", (_, code, expected) => {
    expect(modules(code)).toEqual(expected);
  });

  test.each([
    "# import a",
    "'import a'",
    '"""\nimport a\n"""',
    "x = '''\nimport a\n'''",
    "x = 'it\\'s\\\nimport a'",
    "f(\n  'import a',\n  import_a\n)",
    "important = 1",
    "import_a = 1",
    "from_a = 1",
    "x.import_(a)",
    "yield from a",
    "raise X from importer",
    "from",
    "import",
    "import 1a",
    "from import x",
  ])("is none: %j", (code) => {
    expect(modules(code)).toEqual([]);
  });

  test("whatever the code, what is found stands in it, and finding ends", () => {
    const piece = fc.constantFrom(
      "import a",
      "from b import (",
      ")",
      "'",
      '"""',
      "\\",
      "\n",
      " ",
      "#",
      "try:",
      "%",
      ".",
      ",",
      "x",
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
        const code = pieces.join("");
        for (const { module, names } of pythonImports(code)) {
          for (const name of [...module.split("."), ...names]) expect(code).toContain(name);
        }
      }),
    );
    expect(pythonImports(`from ${". ".repeat(100_000)}x`)).toHaveLength(0);
    expect(pythonImports("import a,".repeat(20_000))).toHaveLength(20_000);
  });
});
