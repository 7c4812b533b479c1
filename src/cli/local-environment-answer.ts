import { buildIfEnabled, type NotebookValidationJob, type OperatorConfig } from "../api/index.js";
import { UserError } from "../api/user-error.js";
import {
  type EnvironmentAnswer,
  type EnvironmentQuestion,
  planEnvironment,
  type SourceFacts,
  wantedFiles,
} from "../build/index.js";
import { readLocalFacts } from "../operator/source/local-facts.js";
import { SourceError } from "../operator/source-resolver.js";

/**
 * What a cluster would build for a job, if a commit had the files of a directory; also where the job doesn't build. No
 * registry is asked: base images keep their tags.
 * @throws UserError when the directory can't be read
 */
export async function localEnvironmentAnswer(
  job: NotebookValidationJob,
  directory: string,
  config: OperatorConfig,
): Promise<EnvironmentAnswer> {
  return planEnvironment(await localEnvironmentQuestion(job, directory, config));
}

/**
 * Everything that decides about that.
 * @throws UserError when the directory can't be read
 */
export async function localEnvironmentQuestion(
  job: NotebookValidationJob,
  directory: string,
  config: OperatorConfig,
): Promise<EnvironmentQuestion> {
  const build = buildIfEnabled(job.spec, config);
  const question = (facts: SourceFacts) => ({
    notebook: job.spec.notebook.path,
    build,
    base: { reference: build.baseImage ?? config.defaultImages.base },
    facts,
  });
  try {
    return question(await readLocalFacts(directory, (facts) => wantedFiles(question(facts))));
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    throw new UserError({ what: `${directory} can't be read`, where: [error.message] });
  }
}
