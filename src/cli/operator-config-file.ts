import { OperatorConfig, parseOperatorConfig } from "../api/index.js";
import { problemsOf } from "../api/problem.js";
import { UserError } from "../api/user-error.js";
import { inputName, readInput } from "./read-input.js";
import { readYaml } from "./yaml-document.js";

/**
 * Reads the operator-wide configuration. An empty file means all defaults.
 * @throws UserError naming file, line and field of every mistake
 */
export async function readOperatorConfig(file: string): Promise<OperatorConfig> {
  return parseConfigText(await readInput(file), inputName(file));
}

/** The same for a text that was read already. @throws UserError */
export function parseConfigText(text: string, name: string): OperatorConfig {
  const documents = readYaml(text, name);
  if (documents.length > 1) throw new UserError({ what: `${name}: has more than one document` });
  const [document] = documents;
  if (document === undefined) return parseOperatorConfig({});
  const result = OperatorConfig.safeParse(document.value);
  if (result.success) return result.data;
  const problems = problemsOf(result.error, document.value, OperatorConfig);
  throw new UserError({
    what: `the operator's configuration has ${problems.length} ${problems.length === 1 ? "mistake" : "mistakes"}`,
    where: problems.map(({ path, field, message, kind }) => {
      const { line, column } = document.position(path, kind === "unknown-field" ? "key" : "value");
      return `${name}:${line}:${column} ${field}: ${message}`;
    }),
  });
}
