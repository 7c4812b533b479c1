import { join } from "node:path";
import { cacheDirectory } from "../cache-directory.js";
import { findInterpreter } from "./interpreter.js";
import { isSatisfied } from "./is-satisfied.js";
import type { LocalEnvironment } from "./local-environment.js";
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

/** An environment, and where the repository's files are. */
export interface PlannedEnvironment {
  readonly root: string;
  readonly environment: LocalEnvironment;
}

/** What decides about the Python. */
export interface PythonQuestion {
  /** `--python`. */
  readonly named?: string | undefined;
  /** Environment of this process. */
  readonly environment: NodeJS.ProcessEnv;
  /** Make no environment: take what is there. @default false */
  readonly noBuild?: boolean;
  /** What the job's environment is made from; asked for only when it matters. `undefined` = its files can't be had. */
  readonly plan: () => Promise<PlannedEnvironment | undefined>;
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
  const planned = await question.plan();
  // The run itself will say why.
  if (planned === undefined) return { ...base, reason: "the python3 on the PATH: the repository can't be read" };
  const { root, environment: wanted } = planned;
  const cache = join(cacheDirectory(environment), "venvs");
  const plan = { base, environment: wanted, root, cache, onProgress, signal };
  const { madeFrom } = wanted;
  const cached = await cachedEnvironment(plan);
  if (cached !== undefined)
    return { path: cached, version: base.version, reason: `made before from ${madeFrom}`, isMade: true };
  const requirements = plainRequirements(wanted);
  if (requirements !== undefined && (await isSatisfied(base.path, requirements))) {
    return { ...base, reason: `the python3 on the PATH: it satisfies ${madeFrom}` };
  }
  onProgress(`making a virtual environment from ${madeFrom}`);
  const path = await makeEnvironment(plan);
  return { path, version: base.version, reason: `made from ${madeFrom}`, isMade: true };
}

/** What a Python that is there has to have; `undefined` when having it is not enough. */
function plainRequirements({ installation, files }: LocalEnvironment): readonly string[] | undefined {
  if (installation === undefined) return [];
  const { copies, pipArguments, checksConflicts, demandsHashes } = installation;
  if (checksConflicts || demandsHashes) return undefined;
  if (copies.length === 0) return pipArguments;
  const contents = copies.map((path) => files.get(path));
  return contents.includes(undefined) ? undefined : contents.map((bytes) => new TextDecoder().decode(bytes));
}
