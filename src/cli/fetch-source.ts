import { writeFile } from "node:fs/promises";
import type { Command } from "commander";
import { EXIT } from "./exit-code.js";

interface Options {
  readonly url?: string;
  readonly commit?: string;
  readonly ref?: string;
  readonly credentials?: string;
  readonly tree?: string;
  readonly goldenUrl?: string;
  readonly goldenCommit?: string;
  readonly goldenRef?: string;
  readonly goldenCredentials?: string;
  readonly goldenInto?: string;
  readonly into: string;
  readonly runnerInto?: string;
  readonly runnerPackages?: string;
  readonly handoverInto?: string;
  readonly sealFor?: string;
  readonly attemptIdentity?: string;
  readonly terminationLog: string;
  readonly allowLoopback?: boolean;
  readonly allowPlainHttp: readonly string[];
}

/** git runs in a process group of its own: nobody else ends it, and its temporary directory may hold an ssh key. */
const SIGNALS = ["SIGTERM", "SIGINT"] as const;
const MAX_TERMINATION_MESSAGE = 4096;

/** `nbv fetch-source`: what the validation pod's init container runs. Not for people. */
export function register(program: Command): void {
  const collect = (value: string, before: readonly string[]) => [...before, value];
  program
    .command("fetch-source", { hidden: true })
    .description("Prepare a validation pod's volumes: source, runner, key")
    .option("--url <url>", "Git repository")
    .option("--commit <sha>", "commit to fetch")
    .option("--ref <ref>", "branch or tag that led to it")
    .option("--credentials <dir>", "mount of the credentials Secret")
    .option("--tree <dir>", "local directory in place of a repository")
    .option("--golden-url <url>", "Git repository of the golden notebook, if it has its own")
    .option("--golden-commit <sha>", "commit of it to fetch")
    .option("--golden-ref <ref>", "branch or tag that led to it")
    .option("--golden-credentials <dir>", "mount of its credentials Secret")
    .option("--golden-into <dir>", "where the golden notebook's repository goes")
    .requiredOption("--into <dir>", "where the source goes")
    .option("--runner-into <dir>", "where the runner goes; builds need none")
    .option("--runner-packages <dir>", "the runner's packages, where they are not in its vendor directory")
    .option("--handover-into <dir>", "where a new key and NBV_RUNNER_CONFIG go, for the runner")
    .option("--seal-for <key>", "public key of the operator, who is told the new key")
    .option("--attempt-identity <text>", "the attempt that the key is bound to")
    .option("--termination-log <file>", "where the sealed key, or a failure, is told", "/dev/termination-log")
    .option("--allow-loopback", "allow Git servers on this computer")
    .option("--allow-plain-http <host>", "allow credentials over plain http to this host", collect, [])
    .action(async (options: Options) => {
      process.exitCode = await fetchSource(options);
    });
}

/** @returns the exit code: 0 after the sealed key, if one was asked for, or 1 after a report in the termination log */
async function fetchSource(options: Options): Promise<number> {
  const { prepareSource } = await import("../operator/source/prepare-source.js");
  const { SourceError } = await import("../operator/source-resolver.js");
  const stop = new AbortController();
  const onSignal = (signal: NodeJS.Signals): void => stop.abort(new Error(`stopped by ${signal}`));
  // Copying a local tree leaves nothing behind that matters: there a signal ends the process at once.
  const usesGit = options.tree === undefined || options.goldenUrl !== undefined;
  if (usesGit) for (const signal of SIGNALS) process.once(signal, onSignal);
  try {
    const handover = await handoverOf(options);
    const written = await prepareSource(
      sourceOf(options),
      directoriesOf(options),
      await policyOf(options),
      handover,
      stop.signal,
    );
    for (const warning of written.warnings) process.stderr.write(`warning: ${warning}\n`);
    process.stderr.write(`${written.files} files, ${written.bytes} bytes\n`);
    // Last, and in one write: who reads it finds everything in its place.
    if (handover !== undefined) await writeFile(options.terminationLog, handover.message);
    return EXIT.yes;
  } catch (error) {
    const reason = error instanceof SourceError ? error.reason : "Unknown";
    const message = error instanceof Error ? error.message : String(error);
    process.stderr.write(`${reason}: ${message}\n`);
    const report = { version: "nbv.source.v1", reason, message: message.slice(0, 2000) };
    const text = JSON.stringify(report).slice(0, MAX_TERMINATION_MESSAGE);
    await writeFile(options.terminationLog, text).catch((cause: unknown) => {
      process.stderr.write(`the termination log could not be written: ${String(cause)}\n`);
    });
    return EXIT.no;
  }
}

/** A new key for the runner, and what the operator is told of it; nothing for builds, which run no notebook. */
async function handoverOf({ handoverInto, sealFor, attemptIdentity }: Options) {
  if (handoverInto === undefined) return undefined;
  const { randomBytes } = await import("node:crypto");
  const { newAttemptKey } = await import("../operator/source/new-attempt-key.js");
  const { runnerConfigIn } = await import("../validation/handover/handover-variables.js");
  const config = runnerConfigIn(process.env);
  if (sealFor === undefined || attemptIdentity === undefined || config === undefined) {
    throw new Error("--handover-into needs --seal-for, --attempt-identity and the variable NBV_RUNNER_CONFIG");
  }
  return { into: handoverInto, config, ...newAttemptKey(sealFor, attemptIdentity, randomBytes) };
}

function directoriesOf(options: Options) {
  const { into, runnerInto, runnerPackages, goldenUrl: url, goldenCommit: commit, goldenInto } = options;
  if (url === undefined) return { into, runnerInto, runnerPackages };
  if (commit === undefined || goldenInto === undefined) {
    throw new Error("--golden-url needs --golden-commit and --golden-into");
  }
  const { goldenRef: ref, goldenCredentials: credentialsDirectory } = options;
  const golden = { from: { kind: "git" as const, url, commit, ref, credentialsDirectory }, into: goldenInto };
  return { into, runnerInto, runnerPackages, golden };
}

function sourceOf(options: Options) {
  if (options.tree !== undefined) return { kind: "tree" as const, directory: options.tree };
  if (options.url === undefined || options.commit === undefined) {
    throw new Error("either --tree, or --url and --commit are needed");
  }
  return {
    kind: "git" as const,
    url: options.url,
    commit: options.commit,
    // Empty where a template has no ref to fill in.
    ref: options.ref === "" ? undefined : options.ref,
    credentialsDirectory: options.credentials,
  };
}

async function policyOf(options: Options) {
  const { networkEnvironment } = await import("../operator/source/git-policy.js");
  const { fetcherTrustIn } = await import("../api/fetcher-trust.js");
  const { knownHosts, caBundle } = fetcherTrustIn(process.env);
  const { trustedAuthorities } = await import("../operator/source/trusted-authorities.js");
  const environment = {
    ...networkEnvironment(process.env),
    ...(caBundle ? { GIT_SSL_CAINFO: await trustedAuthorities(caBundle, process.env) } : {}),
  };
  const resolvedByProxy = Object.keys(environment).some((name) => /^(?:https?|all)_proxy$/i.test(name));
  return {
    addresses: { allowLoopback: options.allowLoopback === true, resolvedByProxy },
    plainHttpCredentialHosts: options.allowPlainHttp,
    environment,
    ...(knownHosts === undefined ? {} : { knownHosts }),
  };
}
