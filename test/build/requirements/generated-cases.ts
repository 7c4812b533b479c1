import fc from "fast-check";
import type { PipCase } from "./pip-oracle.js";

const name = fc.constantFrom("foo", "Foo.Bar", "a", "x_y-z", "numpy", "scikit-learn", "0d", "foo_", "lib", "Ünicode");
const version = fc.oneof(
  fc.tuple(fc.nat(9), fc.nat(9)).map((parts) => parts.join(".")),
  fc.constantFrom(
    "1",
    "1.0.0",
    "2!1.0",
    "1.0a1",
    "1.0.dev3",
    "1.0-1",
    "1.0.post2",
    "1.0+cpu",
    "v1.0",
    "1.*",
    "1.0.*",
    "1.0RC1",
  ),
  fc.constantFrom("", "latest", "1.x", "1..0", "1.0-foo", "${VERSION}", "1.0 .*"),
);
const operator = fc.constantFrom("==", "==", "==", ">=", "<=", "<", ">", "!=", "~=", "===", "=", "=>", "^");
const space = fc.constantFrom("", "", "", " ", "  ", "\t");
const specifier = fc.oneof(
  { weight: 2, arbitrary: fc.constant("") },
  {
    weight: 6,
    arbitrary: fc
      .array(
        fc.tuple(space, operator, space, version, space).map((parts) => parts.join("")),
        { minLength: 1, maxLength: 3 },
      )
      .map((clauses) => clauses.join(",")),
  },
  { weight: 1, arbitrary: fc.tuple(operator, version).map(([op, v]) => ` (${op}${v})`) },
);
const extras = fc.oneof(
  { weight: 4, arbitrary: fc.constant("") },
  { weight: 1, arbitrary: fc.constantFrom("[a]", "[a,b]", "[ a , B_c ]", "[]", "[a b]", "[a,]", " [a]") },
);
const comparison = fc
  .tuple(
    fc.constantFrom(
      "python_version",
      "sys_platform",
      "os.name",
      "platform_machine",
      "extra",
      "'3.8'",
      '"linux"',
      "nope",
    ),
    space,
    fc.constantFrom("==", "!=", "<", ">=", "~=", "===", " in ", " not in ", "=", "not"),
    space,
    fc.constantFrom("'3.8'", '"linux"', "sys_platform", "3.8", "''", '"3.8'),
  )
  .map((parts) => parts.join(""));
const condition = fc.letrec<{ condition: string }>((tie) => ({
  condition: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    comparison,
    comparison.map((text) => `(${text})`),
    fc
      .tuple(tie("condition"), fc.constantFrom(" and ", " or ", "and", " or"), tie("condition"))
      .map((parts) => parts.join("")),
    tie("condition").map((text) => `( ${text} )`),
  ),
})).condition;
const marker = fc.oneof(
  { weight: 4, arbitrary: fc.constant("") },
  { weight: 2, arbitrary: fc.tuple(fc.constantFrom(";", " ; ", "; "), condition).map((parts) => parts.join("")) },
);
const named = fc.tuple(name, extras, specifier, marker).map((parts) => parts.join(""));

const fragment = fc.constantFrom("", "", "#egg=foo", "#egg=foo[a]", "#sha256=abc", "#subdirectory=x&egg=foo");
const url = fc
  .tuple(
    fc.constantFrom(
      "https://",
      "http://u:p@",
      "git+https://",
      "git+ssh://git@",
      "hg+http://",
      "git+",
      "file:",
      "ftp://",
      "",
    ),
    fc.constantFrom("host.example", "host.example:8080"),
    fc.constantFrom(
      "/foo-1.0.tar.gz",
      "/Foo-1.0-py3-none-any.whl",
      "/foo.git@main",
      "/foo.git",
      "/a;b.zip",
      "/foo-1.0.whl",
    ),
    fragment,
  )
  .map((parts) => parts.join(""));
const direct = fc.oneof(
  fc
    .tuple(url, fc.constantFrom("", " ; os_name == 'posix'", ";os_name=='posix'", "; os_name == 'posix'"))
    .map((parts) => parts.join("")),
  fc.tuple(name, extras, fc.constantFrom(" @ ", "@", " @"), url, marker).map((parts) => parts.join("")),
);
const local = fc
  .tuple(
    fc.constantFrom(
      "./lib",
      "lib",
      "lib/",
      ".",
      "./nothing",
      "./docs",
      "vendor/foo-1.0.tar.gz",
      "./vendor/Bar-2.0-py3-none-any.whl",
      "file:lib",
    ),
    extras,
    marker,
  )
  .map((parts) => parts.join(""));

const hash = fc
  .tuple(
    fc.constantFrom(" --hash=", " --hash ", " \\\n    --hash=", "  --hash=", "\t--hash="),
    fc.constantFrom("sha256:", "sha512:", "md5:", "sha256", ""),
    fc.constantFrom("a".repeat(64), "b".repeat(64), "abc", ""),
  )
  .map((parts) => parts.join(""));
const requirement = fc
  .tuple(fc.oneof({ weight: 5, arbitrary: named }, direct, local), fc.array(hash, { maxLength: 2 }))
  .map(([text, hashes]) => text + hashes.join(""));
const option = fc.constantFrom(
  "-i https://index.example/simple",
  "--index-url=https://u:p@index.example/",
  "--extra-index-url https://other.example",
  "--no-index",
  "--pre",
  "--prefer-binary",
  "--no-binary :all:",
  "--only-binary=foo,Bar",
  "--only-binary :none:",
  "--no-binary foo",
  "--require-hashes",
  "--trusted-host host.example",
  "-f wheels",
  "--find-links https://links.example",
  "--use-feature fast-deps",
  "-e ./lib",
  "-e lib[dev]",
  "-e git+https://git.example/foo#egg=foo",
  "-e foo @ git+https://git.example/foo",
  "-r other.txt",
  "--requirement=sub/deep.txt",
  "-c constraints.txt",
  "--constraint constraints.txt",
  "-rother.txt",
  "--req other.txt",
  "-r missing.txt",
  "--unknown",
  "-q",
  "--",
  "-",
);
const optionLine = fc.array(option, { minLength: 1, maxLength: 2 }).map((options) => options.join(" "));
const comment = fc.constantFrom("# comment", "   # indented", " # \\", "#", "");
const line = fc.oneof(
  { weight: 8, arbitrary: requirement },
  { weight: 3, arbitrary: optionLine },
  { weight: 2, arbitrary: comment },
  { weight: 1, arbitrary: fc.tuple(requirement, optionLine).map((parts) => parts.join(" ")) },
  { weight: 1, arbitrary: fc.tuple(requirement, comment).map((parts) => parts.join(" ")) },
);

/** One slip of the fingers: a character too many, one too few, or a line that is broken in two. */
const slip = fc.tuple(
  fc.nat(1000),
  fc.constantFrom<"insert" | "delete" | "double">("insert", "delete", "double"),
  fc.constantFrom(..." \t\\#;,[]()'\"=<>!~@-${}&:/.*+^|\n\r\u00a0\u2028é", "\\\n", " #", "\\ \n", " -"),
);

function slipped(text: string, slips: readonly (readonly [number, "insert" | "delete" | "double", string])[]): string {
  let result = text;
  for (const [place, kind, character] of slips) {
    const at = result.length === 0 ? 0 : place % result.length;
    const after = kind === "insert" ? at : at + 1;
    const middle = kind === "insert" ? character : kind === "delete" ? "" : (result[at] ?? "").repeat(2);
    result = result.slice(0, at) + middle + result.slice(after);
  }
  return result;
}

const text = fc
  .tuple(
    fc.array(line, { minLength: 1, maxLength: 5 }),
    fc.constantFrom("\n", "\n", "\r\n"),
    fc.array(slip, { maxLength: 3 }),
  )
  .map(([lines, end, slips]) => slipped(lines.join(end), slips));

/** Repositories with a requirements file that is right, nearly right, or wrong, and files that it may include. */
export const generatedCase: fc.Arbitrary<PipCase> = fc
  .record({
    "requirements.txt": text,
    "other.txt": fc.oneof(text, requirement),
    "constraints.txt": fc.oneof(named, text),
    "sub/deep.txt": fc.oneof(requirement, fc.constant("-r ../other.txt\n-c ../constraints.txt")),
  })
  .map((files) => ({
    files: {
      ...files,
      "lib/pyproject.toml": "",
      "docs/index.md": "",
      "wheels/x": "",
      "vendor/foo-1.0.tar.gz": "",
      "vendor/Bar-2.0-py3-none-any.whl": "",
    },
    env: { VERSION: "1.5" },
  }));
