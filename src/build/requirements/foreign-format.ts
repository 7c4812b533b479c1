import type { RequirementProblem } from "./requirement-set.js";

/** A file of another tool, which people name as a requirements file. */
interface ForeignFormat {
  readonly file: RegExp;
  /** Goes on after "is". */
  readonly what: string;
  /** How to make requirements of it. */
  readonly fix: (path: string) => string;
}

const lockOf = (path: string) =>
  `run pip-compile --generate-hashes --output-file=requirements.txt ${path}, and name requirements.txt`;
const DOCKERFILE = "or build from a Dockerfile";

const FORMATS: readonly ForeignFormat[] = [
  {
    file: /^(?:conda-)?(?:environment|env|conda)(?:[-.][\w.-]+)?\.ya?ml$/,
    what: "an environment of conda",
    fix: () => `list its packages by their names on PyPI in a requirements.txt, ${DOCKERFILE}`,
  },
  { file: /^pyproject\.toml$/, what: "the description of a project", fix: lockOf },
  { file: /^setup\.(?:py|cfg)$/, what: "the description of a project", fix: lockOf },
  {
    file: /^Pipfile(?:\.lock)?$/,
    what: "a file of Pipenv",
    fix: () => "run pipenv requirements --hash > requirements.txt, and name requirements.txt",
  },
  {
    file: /^poetry\.lock$/,
    what: "a lock file of Poetry",
    fix: () => "run poetry export --output requirements.txt, and name requirements.txt",
  },
  {
    file: /^uv\.lock$/,
    what: "a lock file of uv",
    fix: () =>
      "export it (uv export --format requirements-txt --output-file requirements.txt), and name requirements.txt",
  },
  {
    // pip 26 installs from it; the pips of most base images don't, and what is checked here are requirements.
    file: /^pylock(?:\.[^.]+)?\.toml$/,
    what: "a lock file as PEP 751 has it",
    fix: () =>
      "write a requirements.txt with the tool that made it (pip-compile --generate-hashes, uv export --format requirements-txt, pdm export --format requirements), and name requirements.txt",
  },
  {
    file: /^pdm\.lock$/,
    what: "a lock file of PDM",
    fix: () => "run pdm export --format requirements --output requirements.txt, and name requirements.txt",
  },
];

/**
 * What is wrong with a file that can't be read as requirements, told by its name: one problem in place of one for each
 * of its lines. A file of such a name whose lines pip takes is one of requirements.
 * @param path relative to the repository's root
 */
export function foreignFormat(path: string): RequirementProblem | undefined {
  const name = path.slice(path.lastIndexOf("/") + 1);
  const format = FORMATS.find(({ file }) => file.test(name));
  if (format === undefined) return undefined;
  return {
    reason: "RequirementsInvalid",
    position: { path, line: 1 },
    message: `${path} is ${format.what}, not a requirements file`,
    fix: format.fix(path),
  };
}
