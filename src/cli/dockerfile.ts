import { resolve } from "node:path";
import { Argument, type Command, Option } from "commander";
import type { EnvironmentAnswer, EnvironmentPlan } from "../build/index.js";
import { EXIT } from "./exit-code.js";
import { type OutputFormat, outputOption, palette, print, printable, serialize } from "./output.js";

interface Options {
  readonly repo: string;
  readonly job?: string;
  readonly config?: string;
  readonly output: OutputFormat;
}

/** Fields of a build that the environment's plan has no warnings of its own about. */
const NOT_OF_THE_PLAN = /^spec\.podConfig\.buildConfig\.(?:baseImage|cache|strategy)/;

/** `nbv dockerfile --repo DIR JOB.yaml` */
export function register(program: Command): void {
  program
    .command("dockerfile")
    .summary("show how a job's environment is built")
    .description(
      "Shows the Dockerfile that a job's image is built from, the generated one or the repository's own, and says on stderr " +
        "why it is this one. Nothing is built, and no registry is asked: base images keep their tags, so that the digest of " +
        "the environment is another one in a cluster.\n" +
        "Exit code: 0 there is a Dockerfile, 1 a cluster would refuse the environment, 2 an input can't be read.",
    )
    .addArgument(new Argument("<manifest>", "file with the job; - reads stdin"))
    .addOption(new Option("-r, --repo <directory>", "files that take the repository's place").default("."))
    .addOption(new Option("-j, --job <name>", "of several jobs the one of this name"))
    .addOption(new Option("-c, --config <file>", "the operator's configuration"))
    .addOption(outputOption())
    .action(async (manifest: string, options: Options) => {
      process.exitCode = await showDockerfile(manifest, options);
    });
}

async function showDockerfile(manifest: string, { repo, job: name, config: file, output }: Options): Promise<number> {
  const { jobWarnings, parseOperatorConfig } = await import("../api/index.js");
  const { localEnvironmentAnswer } = await import("./local-environment-answer.js");
  const { readNamedJob } = await import("./named-job.js");
  const { readOperatorConfig } = await import("./operator-config-file.js");
  const job = await readNamedJob(manifest, { job: name, taker: "nbv dockerfile", hasJobOption: true });
  const config = file === undefined ? parseOperatorConfig() : await readOperatorConfig(file);
  const answer = await localEnvironmentAnswer(job, resolve(repo), config);
  if (output !== "text") await print(serialize(answer, output));
  else if (answer.kind === "planned") {
    await print(dockerfileOf(answer.plan, config.defaultImages.base, job.spec.podConfig?.buildConfig?.baseImage));
    const ofBuild = jobWarnings(job).filter(({ field }) => NOT_OF_THE_PLAN.test(field));
    const warnings = ofBuild.map(({ field, message }) => `${field} ${message}.`);
    explain(answer.plan, job.spec.podConfig?.buildConfig?.enabled === true, warnings);
  } else refuse(answer);
  return answer.kind === "planned" ? EXIT.yes : EXIT.no;
}

function dockerfileOf({ dockerfile }: EnvironmentPlan, standard: string, own: string | undefined): string {
  switch (dockerfile.kind) {
    case "generated":
    case "repository":
      return dockerfile.text.endsWith("\n") ? dockerfile.text : `${dockerfile.text}\n`;
    case "none":
      return `# Nothing is built: this image is the environment.\nFROM ${own ?? standard}\n`;
    default: {
      const never: never = dockerfile;
      throw new Error(`unknown Dockerfile ${String(never)}`);
    }
  }
}

function explain(plan: EnvironmentPlan, isBuilt: boolean, jobWarnings: readonly string[]): void {
  const { dim, yellow } = palette(process.stderr);
  const note = (text: string) => process.stderr.write(`${dim("·")} ${printable(text)}\n`);
  const { source, dockerfile, context, copies } = plan;
  note(`environment: ${source.path ?? source.kind} (${source.reason})`);
  if (dockerfile.kind === "repository" && dockerfile.target !== undefined) note(`stage: ${dockerfile.target}`);
  if (dockerfile.kind !== "none") {
    const files = copies.length === 0 ? "nothing" : copies.join(", ");
    note(`reads of the repository: ${files}${context === "." ? "" : ` (build context: ${context})`}`);
  }
  note(`digest: ${plan.digest} (${pinsOf(plan)})`);
  if (!isBuilt) note("the job has no podConfig.buildConfig.enabled: a cluster builds nothing for it");
  for (const warning of [...plan.warnings, ...(isBuilt ? jobWarnings : [])])
    process.stderr.write(`${yellow("warning:")} ${printable(warning)}\n`);
  if (plan.inferredRequirements !== undefined) {
    note("requirements.txt to begin with:");
    for (const line of plan.inferredRequirements.trimEnd().split("\n"))
      process.stderr.write(`    ${printable(line)}\n`);
  }
}

/** Whether an image of this environment is used for ever, and why not. */
function pinsOf({ isPinned, isPinnedOnBase, dockerfile }: EnvironmentPlan): string {
  if (isPinned) return "pinned";
  const base = "base image by tag here, by digest in a cluster";
  if (isPinnedOnBase) return dockerfile.kind === "none" ? base : `requirements pinned; ${base}`;
  const why =
    dockerfile.kind === "repository"
      ? "what a Dockerfile fetches is not known"
      : "not every requirement has one version";
  return `not pinned, since ${why}: built again when the image is older than the operator's retention.unpinnedEnvironments`;
}

function refuse({ reason, message, problems }: Extract<EnvironmentAnswer, { kind: "rejected" }>): void {
  const { red } = palette(process.stderr);
  process.stderr.write(`${red("refused:")} ${printable(message)} (${reason})\n`);
  for (const [index, { path, line, message: what, fix }] of problems.entries()) {
    const place = path === undefined ? "" : `${path}${line === undefined ? "" : `:${line}`} `;
    process.stderr.write(`  ${printable(`${place}${what}`)}\n`);
    // What mends several in a row is said once, after the last of them.
    if (fix !== undefined && problems[index + 1]?.fix !== fix) process.stderr.write(`    fix: ${printable(fix)}\n`);
  }
}
