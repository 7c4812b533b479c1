import { join } from "node:path";
import { cacheDirectory } from "../cache-directory.js";
import { findInterpreter } from "./interpreter.js";
import { isSatisfied } from "./is-satisfied.js";
import { findRequirementFiles, type RequirementFiles, type RequirementsQuestion } from "./requirement-files.js";
import { cachedEnvironment, makeEnvironment } from "./virtual-environment.js";

/** The Python that notebooks run on, and how it came to be that one. */
export interface ChosenPython {
  readonly path: string;
  readonly version: string;
  /** One clause for people: "named by --python". */
  readonly reason: string;
  /** Whether it was made from the job's requirements, now or before. */
  readonly isMade?: boolean;
}

/** What decides about the Python. */
export interface PythonQuestion {
  /** `--python`. */
  readonly named?: string | undefined;
  /** Environment of this process. */
  readonly environment: NodeJS.ProcessEnv;
  /** Make no environment: take what is there. @default false */
  readonly noBuild?: boolean;
  /** The job's files; asked for only when they matter. */
  readonly source: () => Promise<RequirementsQuestion>;
  /** Takes what happens, line by line. */
  readonly onProgress: (line: string) => void;
  readonly signal?: AbortSignal | undefined;
}

/**
 * `--python`, else the active virtual environment, else one made from the job's requirements; the Python on the PATH
 * where it has all that they ask for, so that nothing needs to be installed.
 * @throws UserError
 */
export async function choosePython(question: PythonQuestion): Promise<ChosenPython> {
  const { named, environment, onProgress, signal } = question;
  if (named !== undefined) return { ...(await findInterpreter(named)), reason: "named by --python" };
  if (environment.VIRTUAL_ENV) {
    return { ...(await findInterpreter(environment.VIRTUAL_ENV)), reason: "the active virtual environment" };
  }
  const base = await findInterpreter("python3");
  if (question.noBuild === true) return { ...base, reason: "the python3 on the PATH (--no-build)" };
  const source = await question.source();
  const requirements = await findRequirementFiles(source);
  const described = describe(requirements);
  const cache = join(cacheDirectory(environment), "venvs");
  const plan = { base, requirements, root: source.root, cache, onProgress, signal };
  const cached = await cachedEnvironment(plan);
  if (cached !== undefined)
    return { path: cached, version: base.version, reason: `made before from ${described}`, isMade: true };
  if (await isSatisfied(base.path, requirements?.closure.map(({ text }) => text) ?? [])) {
    return { ...base, reason: `the python3 on the PATH: it satisfies ${described}` };
  }
  onProgress(`making a virtual environment from ${described}`);
  const path = await makeEnvironment(plan);
  return { path, version: base.version, reason: `made from ${described}`, isMade: true };
}

function describe(requirements: RequirementFiles | undefined): string {
  return requirements === undefined
    ? "ipykernel alone (no requirements found)"
    : `${requirements.path} (${requirements.reason})`;
}
