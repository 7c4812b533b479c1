import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, test } from "@jest/globals";
import { judgeRequirements } from "../../../src/build/index.js";
import { read } from "./as-pip-says-it.js";
import { PYTHONS } from "./pip-oracle.js";

const SCRIPT = join(dirname(fileURLToPath(import.meta.url)), "pip_resolver.py");

interface Case {
  readonly text: string;
  readonly constraints?: string;
  /** Whether the job demands hashes, and pip is told to. */
  readonly verifyHashes?: true;
  /** Why we refuse what some pip accepts. */
  readonly stricter?: string;
}

const FOO = "--hash=sha256:HASH(foo-1.0)";
const WRONG = `--hash=sha256:${"a".repeat(64)}`;
const WHEEL = "foo @ file://WHEELS/foo-1.0-py3-none-any.whl";
const OTHER_WHEEL = "foo @ file://WHEELS/foo-1.1-py3-none-any.whl";

const EVERY_PIP = "accepted by pip from 26.1 on only: base images have older ones";

const CASES: readonly Case[] = [
  { text: "foo==1.0" },
  { text: "foo==1.0\nfoo==1.1" },
  { text: "foo==1.0\nFoo==1.0.0" },
  { text: "foo==1.0\nfoo>=1.0" },
  { text: "foo==1.0\nfoo>1.0" },
  { text: "foo==1.0\nfoo!=1.0" },
  { text: "foo>=1.0,<2\nfoo!=1.1" },
  { text: "foo>=2,<1" },
  { text: "foo>=2\nfoo<1.1" },
  { text: "foo>=2.1a1,<2.1" },
  { text: "foo~=1.0\nfoo>=2" },
  { text: "foo~=1.0\nfoo>=1.1" },
  { text: "foo==1.*\nfoo>=2" },
  { text: "foo==1.*\nfoo==1.1" },
  { text: "foo===1.0\nfoo==1.0" },
  { text: "baz==1.0+cpu\nbaz==1.0" },
  { text: "foo==1.0; python_version<'3'\nfoo==1.1; python_version>='3'" },
  { text: "foo==1.0; sys_platform=='linux'\nfoo==1.1; sys_platform!='win32'" },
  { text: "foo[a]==1.0\nfoo[b]==1.0" },
  { text: "foo[a]==1.0\nfoo==1.1" },
  { text: "foo==1.0", constraints: "foo==1.1" },
  { text: "foo==1.0", constraints: "foo<2" },
  { text: "foo", constraints: "foo==1.0\nfoo==1.1" },
  { text: "bar", constraints: "foo==1.0\nfoo==1.1" },
  { text: `${WHEEL}\nfoo==1.0` },
  { text: `${WHEEL}\nfoo==1.1` },
  { text: WHEEL, constraints: "foo==1.1" },
  { text: `${WHEEL}\n${OTHER_WHEEL}` },
  { text: `${WHEEL}\n${WHEEL}` },
  { text: `${WHEEL}#sha256=HASH(foo-1.0)\n${WHEEL}` },
  { text: "foo==1.0", constraints: WHEEL },
  { text: "foo==1.1", constraints: WHEEL },
  { text: `foo==1.0 ${FOO}` },
  { text: `foo===1.0 ${FOO}` },
  { text: `foo==1.0 ${WRONG} ${FOO}` },
  { text: `foo==1.0 --hash=sha256:abc ${FOO}` },
  { text: "foo==1.0 --hash=sha256:abc" },
  { text: `foo==1.0 ${FOO}\nbar==1.0` },
  { text: `foo==1.0 ${FOO}\nfoo==1.0`, stricter: "pip takes the hashes of the first line: one line less to go wrong" },
  { text: `foo==1.0\nfoo==1.0 ${FOO}` },
  {
    text: `foo==1.0 ${FOO}\nfoo==1.0 ${WRONG}`,
    stricter: "pip looks at the first line only: a contradiction all the same",
  },
  { text: `foo==1.0 ${FOO}\nfoo==1.0 ${WRONG} ${FOO}` },
  { text: `foo==1.0 ${FOO}\nfoo`, stricter: "as above: one line has hashes and the other none" },
  { text: `foo==1.0,!=1.0.1 ${FOO}`, verifyHashes: true, stricter: EVERY_PIP },
  { text: `foo>=1.0 ${FOO}`, verifyHashes: true },
  { text: `foo ${FOO}`, verifyHashes: true },
  { text: "foo==1.0", verifyHashes: true },
  { text: WHEEL, verifyHashes: true },
  { text: `${WHEEL}#sha256=HASH(foo-1.0)`, verifyHashes: true },
  { text: `${WHEEL} ${FOO}`, verifyHashes: true },
  { text: WHEEL, constraints: `foo==1.0 ${FOO}`, verifyHashes: true },
  { text: `foo @ git+https://git.invalid/foo@${"0".repeat(40)}`, verifyHashes: true },
  { text: "./lib", verifyHashes: true },
  { text: "-e ./lib", verifyHashes: true },
  {
    text: `foo==1.0 ${FOO}\nbar; python_version<'3'`,
    verifyHashes: true,
    stricter: "pip skips what its Python does not need: the next one may",
  },
  { text: `--no-require-hashes\n--require-hashes\nfoo==1.0 ${FOO}` },
];

/** What only some pips accept, and we accept with a warning: a constraint that brings version or hash. */
const BY_CONSTRAINT: readonly Case[] = [
  { text: "foo", constraints: `foo==1.0 ${FOO}`, verifyHashes: true },
  { text: `foo ${FOO}`, constraints: "foo==1.0", verifyHashes: true },
  { text: "foo==1.0", constraints: `foo ${FOO}`, verifyHashes: true },
];

const PROJECT = { "lib/setup.py": "from setuptools import setup\nsetup(name='lib', version='1.0')\n" };

function filesOf({ text, constraints }: Case): Record<string, string> {
  if (constraints === undefined) return { ...PROJECT, "requirements.txt": text };
  return { ...PROJECT, "requirements.txt": `-c c.txt\n${text}`, "c.txt": constraints };
}

/** Our verdict, with any digest in place of the wheels' own. */
function judged(each: Case) {
  const files = Object.entries(filesOf(each)).map(([path, content]) => [
    path,
    content
      .replaceAll(/HASH\(([^)]*)\)/g, (_, wheel: string) => createHash("sha256").update(wheel).digest("hex"))
      .replaceAll("file://WHEELS", "https://files.example"),
  ]);
  const set = read({ files: Object.fromEntries(files) as Record<string, string> });
  return judgeRequirements(set, {
    allowUnpinned: true,
    verifyHashes: each.verifyHashes === true,
    failOnConflict: true,
  });
}

interface Answer {
  readonly code: number;
  readonly said: string;
}

describe.each(PYTHONS)("the resolver of the pip of %s", (python) => {
  const answers = new Map<Case, Answer>();
  let version = 0;

  beforeAll(() => {
    const all = [...CASES, ...BY_CONSTRAINT];
    const input = all.map((each) =>
      JSON.stringify({ files: filesOf(each), args: each.verifyHashes ? ["--require-hashes"] : [] }),
    );
    const run = spawnSync(python, ["-I", SCRIPT], { input: input.join("\n"), encoding: "utf8", timeout: 300_000 });
    const [first = "{}", ...lines] = run.stdout.trim().split("\n");
    version = Number.parseFloat((JSON.parse(first) as { version: string }).version);
    for (const [index, line] of lines.entries()) answers.set(all[index] as Case, JSON.parse(line) as Answer);
  }, 300_000);

  test.each(CASES.map((each): [string, Case] => [JSON.stringify(each), each]))("agrees on %s", (_, each) => {
    const { problems } = judged(each);
    const answer = answers.get(each);
    if (each.stricter !== undefined) expect(problems).not.toEqual([]);
    else expect({ refused: problems.length > 0, problems }).toEqual({ refused: answer?.code !== 0, problems });
  });

  test.each(BY_CONSTRAINT)("takes from a constraint only since 26.1: $text", (each) => {
    const { problems, warnings } = judged(each);
    expect(problems).toEqual([]);
    expect(warnings.map(({ message }) => message).join()).toContain("before 26.1");
    expect(answers.get(each)?.code).toBe(version >= 26.1 ? 0 : 1);
  });
});
