import { describe, expect, test } from "@jest/globals";
import { read } from "./as-pip-says-it.js";
import { HAND_WRITTEN } from "./hand-written-cases.js";

function problemOf(text: string, path = "requirements.txt") {
  const { problems } = read({ files: { [path]: text }, file: path });
  expect(problems).toHaveLength(1);
  return problems[0];
}

describe("every error says what mends it", () => {
  test.each([...HAND_WRITTEN.keys()])("%s", (name) => {
    const question = HAND_WRITTEN.get(name);
    if (question === undefined) throw new Error(name);
    expect(read(question).problems.filter(({ fix = "" }) => fix === "")).toEqual([]);
  });

  test.each([
    ["pandas=>1", "write >= in place of =>"],
    ["numpy 1.2", "write it as numpy==1.2"],
    ["foo bar", "put each package on a line of its own"],
    ['"numpy==1"', "remove the quotes"],
    ["conda-forge::numpy", "remove the channel"],
    ["foo; python_version<3", "quotes"],
    ["-r missing.txt", "add it to the repository"],
    ["-r https://files.example/r.txt", "copy the file into the repository"],
    ["-r requirements.txt", "remove this line"],
    ["./lib", "add it to the repository"],
  ])("%s: %s", (line, fix) => {
    expect(problemOf(line)?.fix).toContain(fix);
  });
});

test.each([
  ["/usr/lib/foo-1-py3-none-any.whl", "write foo==1 "],
  ["file:///home/me/bar-1-py3-none-any.whl", "write bar==1 "],
  ["file://localhost/home/me/bar-1-py3-none-any.whl#sha256=00", "write bar==1 "],
  ["baz @ file:///C:/x/croot/baz_1", "write baz==VERSION "],
  ["qux @ file:///home/conda/feedstock_root/build_artifacts/qux_1/work", "write qux==VERSION "],
  ["foo @ git+file:///repositories/foo@main", "write foo==VERSION "],
  ["-e /home/me/lib", "write NAME==VERSION "],
  ["../lib", "write NAME==VERSION "],
])("%s is of some computer, and no build has it", (line, fix) => {
  const problem = problemOf(line);
  expect(problem?.message).toContain("names a path outside the repository");
  expect(problem?.fix).toContain(fix);
});

/** As `pip lock` writes it. */
const PYLOCK = `lock-version = "1.0"
created-by = "pip"

[[packages]]
name = "six"
version = "1.17.0"

[[packages.wheels]]
name = "six-1.17.0-py2.py3-none-any.whl"
url = "https://files.example.org/six-1.17.0-py2.py3-none-any.whl"

[packages.wheels.hashes]
sha256 = "${"0".repeat(64)}"
`;

describe("files of other tools", () => {
  test.each([
    ["environment.yml", "name: x\ndependencies:\n  - numpy\n", "Dockerfile"],
    ["notebooks/pyproject.toml", '[project]\nname = "x"\n', "pip-compile"],
    ["Pipfile", '[packages]\nnumpy = "*"\n', "pipenv requirements"],
    ["poetry.lock", "[[package]]\n", "poetry export"],
    ["uv.lock", "version = 1\n", "uv export"],
    ["pylock.toml", PYLOCK, "pip-compile --generate-hashes"],
    ["notebooks/pylock.gpu.toml", PYLOCK, "uv export --format requirements-txt"],
  ])("%s is named as what it is, once", (path, text, fix) => {
    const problem = problemOf(text, path);
    expect(problem).toMatchObject({
      position: { path, line: 1 },
      message: expect.stringContaining("not a requirements file"),
    });
    expect(problem?.fix).toContain(fix);
  });

  test("but a file that pip can read is read, whatever its name", () => {
    expect(read({ files: { "environment.yml": "foo==1.0\n" }, file: "environment.yml" })).toMatchObject({
      problems: [],
      entries: [{ key: "foo" }],
    });
  });
});
