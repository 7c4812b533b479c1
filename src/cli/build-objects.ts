import { resolve } from "node:path";
import { Argument, type Command, Option } from "commander";
import type { BuildStrategyName } from "../api/index.js";
import { EXIT } from "./exit-code.js";
import { palette, print, printable, serialize } from "./output.js";

interface Options {
  readonly repo: string;
  readonly job?: string;
  readonly config?: string;
  readonly strategy?: BuildStrategyName;
  readonly commit?: string;
  readonly output: "yaml" | "json";
}

const STRATEGIES: readonly BuildStrategyName[] = ["tekton", "s2i", "shipwright", "kaniko", "custom"];
/** Stands for the registry where none is named (RFC 2606: no host ever has this name). */
const STAND_IN_REGISTRY = "registry.invalid";

/** `nbv build-objects --repo DIR JOB.yaml` */
export function register(program: Command): void {
  program
    .command("build-objects")
    .summary("show what builds a job's image")
    .description(
      "Shows the objects that the operator would make to build a job's image: a PipelineRun, a Build, a BuildRun. What the " +
        "strategy can't do, or does otherwise, is said on stderr. Nothing is made, and no registry is asked: base images keep " +
        "their tags, so that names and digests are other ones in a cluster. The objects belong to no job.\n" +
        "The registry is the job's, else the one of --config; without either, registry.invalid stands for it.\n" +
        "Exit code: 0 there are objects, 1 nothing would be built, 2 an input can't be read.",
    )
    .addArgument(new Argument("<manifest>", "file with the job; - reads stdin"))
    .addOption(new Option("-r, --repo <directory>", "files that take the repository's place").default("."))
    .addOption(new Option("-j, --job <name>", "of several jobs the one of this name"))
    .addOption(new Option("-c, --config <file>", "the operator's configuration").env("NBV_CONFIG"))
    .addOption(
      new Option("-s, --strategy <name>", "who builds; default: the job's, else tekton").choices([...STRATEGIES]),
    )
    .addOption(new Option("--commit <sha>", "commit that the objects fetch; default: zeros"))
    .addOption(new Option("-o, --output <format>", "format of the objects").choices(["yaml", "json"]).default("yaml"))
    .action(async (manifest: string, options: Options) => {
      process.exitCode = await showObjects(manifest, options);
    });
}

async function showObjects(manifest: string, options: Options): Promise<number> {
  const { BuildConfig, effectiveSpec, parseOperatorConfig } = await import("../api/index.js");
  const { strategyNamed } = await import("../build/index.js");
  const { flightOf } = await import("../operator/decide/builds/flight.js");
  const { localEnvironmentQuestion } = await import("./local-environment-answer.js");
  const { readNamedJob } = await import("./named-job.js");
  const { readOperatorConfig } = await import("./operator-config-file.js");
  const job = await readNamedJob(manifest, {
    job: options.job,
    taker: "nbv build-objects",
    hasJobOption: true,
    keepsGit: true,
  });
  const config =
    options.config === undefined
      ? parseOperatorConfig({ registry: { host: STAND_IN_REGISTRY } })
      : await readOperatorConfig(options.config);
  const own = job.spec.podConfig?.buildConfig;
  if (own?.enabled !== true) {
    note("nothing is built: the job has no podConfig.buildConfig.enabled");
    process.stderr.write("  fix: set podConfig.buildConfig.enabled: true\n");
    return EXIT.no;
  }
  const strategy = options.strategy ?? own.strategy ?? config.build.strategy ?? "tekton";
  const spec = {
    ...job.spec,
    podConfig: { ...job.spec.podConfig, buildConfig: BuildConfig.parse({ ...own, enabled: true, strategy }) },
  };
  const question = await localEnvironmentQuestion({ ...job, spec }, resolve(options.repo), config);
  const effective = effectiveSpec(spec, config);
  const flight = flightOf(
    {
      metadata: { ...job.metadata, namespace: job.metadata.namespace ?? "default" },
      ...{ spec, effective },
      status: { source: { commit: options.commit ?? question.facts.commit } },
      seen: { settings: { config } },
    },
    question,
    [effective.build?.strategy ?? strategy],
  );
  switch (flight.kind) {
    case "flight": {
      const objects = strategyNamed(flight.strategy)?.objects(withoutOwner(flight.plan)) ?? [];
      note(`strategy: ${flight.strategy}`);
      if (strategy === "kaniko") note("kaniko is archived: tekton builds in its place");
      if (flight.plan.destination.repository.startsWith(`${STAND_IN_REGISTRY}/`))
        note(
          `no registry is known here, ${STAND_IN_REGISTRY} stands for it: --config FILE with the operator's registry.host`,
        );
      if (options.commit === undefined) note("no commit was given: the objects fetch none that exists (--commit)");
      for (const warning of [...flight.plan.environment.warnings, ...flight.warnings]) warn(warning);
      await print(
        objects
          .map((object) => `${options.output === "yaml" ? "---\n" : ""}${serialize(object, options.output)}`)
          .join(""),
      );
      return EXIT.yes;
    }
    case "base":
      note(`nothing is built: ${flight.base.reference} is the environment`);
      return EXIT.no;
    case "failed":
      process.stderr.write(
        `${palette(process.stderr).red("refused:")} ${printable(`${flight.failure.message} (${flight.failure.reason})`)}\n`,
      );
      process.stderr.write(`  fix: ${printable(flight.failure.suggestedAction)}\n`);
      return EXIT.no;
    case "unknown":
      throw new Error("the job's build is not decided");
  }
}

/** Only a job that is in a cluster can own something. */
function withoutOwner<T extends { readonly owner?: unknown }>({ owner: _owner, ...plan }: T): Omit<T, "owner"> {
  return plan;
}

function note(text: string): void {
  process.stderr.write(`${palette(process.stderr).dim("·")} ${printable(text)}\n`);
}

function warn(text: string): void {
  process.stderr.write(`${palette(process.stderr).yellow("warning:")} ${printable(text)}\n`);
}
