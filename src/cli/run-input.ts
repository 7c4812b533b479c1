import { basename, resolve } from "node:path";
import { KIND, type NotebookValidationJob, type NotebookValidationJobSpec, parseJob } from "../api/index.js";
import { UserError } from "../api/user-error.js";
import type { ConfigMap, Secret } from "../kube/index.js";
import { isJsonObject } from "../kube/json.js";
import { GIT_FIELD, invalidManifest, manifestProblems } from "./manifest-problems.js";
import { readInput } from "./read-input.js";
import { withLocalSource } from "./with-local-source.js";
import { readYaml } from "./yaml-document.js";

/** What a manifest says to run. */
export interface RunInput {
  readonly jobs: readonly NotebookValidationJob[];
  readonly secrets: readonly Secret[];
  readonly configMaps: readonly ConfigMap[];
}

/** What the command line adds. */
export interface RunInputOptions {
  /** Run only the job of this name. */
  readonly job?: string | undefined;
  /** Local working tree in place of the Git repository. */
  readonly repo?: string | undefined;
}

type Json = Record<string, unknown>;

/**
 * Reads the jobs of some manifests, and the Secrets and ConfigMaps beside them.
 * @throws UserError with the messages of `nbv check` for manifests that are not valid, and for objects that are missing
 */
export async function readRunInput(files: readonly string[], options: RunInputOptions): Promise<RunInput> {
  const objects: Json[] = [];
  for (const file of files) objects.push(...(await readObjects(file, options)));
  const jobs = objects.filter(({ kind }) => kind === KIND).map((object) => toJob(object, options));
  const chosen = options.job === undefined ? jobs : jobs.filter(({ metadata }) => metadata.name === options.job);
  if (chosen.length === 0) {
    const names = jobs.map(({ metadata }) => metadata.name);
    throw new UserError(
      options.job === undefined
        ? { what: `${files.join(", ")}: no ${KIND} in it` }
        : { what: `no job is named ${options.job}`, fix: `use --job with one of: ${names.join(", ")}` },
    );
  }
  requireDistinct(chosen);
  const namespace = chosen[0]?.metadata.namespace ?? "default";
  const secrets = objects.filter(({ kind }) => kind === "Secret").map((object) => toSecret(object, namespace));
  const configMaps = objects
    .filter(({ kind }) => kind === "ConfigMap")
    .map((object) => withNamespace<ConfigMap>(object, namespace));
  const input = { jobs: chosen, secrets, configMaps };
  for (const job of chosen) requireReferences(job, input);
  return input;
}

async function readObjects(file: string, options: RunInputOptions): Promise<Json[]> {
  const text = await readInput(file);
  const objects = readYaml(text, file).flatMap(({ value }) => flatten(value));
  if (
    objects.some(({ kind }) => kind === "Secret" || kind === "ConfigMap") &&
    !objects.some(({ kind }) => kind === KIND)
  ) {
    return objects;
  }
  const problems = manifestProblems(text, file);
  // A local tree takes the place of the repository.
  const others = problems.filter(({ field }) => field !== GIT_FIELD);
  const grave = options.repo === undefined ? problems : others;
  if (grave.length > 0) {
    const fix = others.length > 0 ? undefined : `name the notebook's directory with --repo, or add ${GIT_FIELD}`;
    throw invalidManifest(file, grave, fix);
  }
  return objects;
}

function flatten(value: unknown): Json[] {
  if (!isJsonObject(value)) return [];
  const { kind, items } = value;
  return typeof kind === "string" && kind.endsWith("List") && Array.isArray(items)
    ? items.filter(isJsonObject)
    : [value];
}

function toJob(object: Json, options: RunInputOptions): NotebookValidationJob {
  const parsed = parseJob(
    options.repo === undefined ? object : withLocalSource(object, basename(resolve(options.repo))),
  );
  if (!parsed.ok) {
    throw new UserError({
      what: `the ${KIND} is not valid`,
      where: parsed.problems.map(({ field, message }) => `${field}: ${message}`),
    });
  }
  const { name, generateName } = parsed.job.metadata;
  return { ...parsed.job, metadata: { ...parsed.job.metadata, name: name || `${generateName ?? "job-"}local` } };
}

function toSecret(object: Json, namespace: string): Secret {
  const { stringData, ...secret } = withNamespace<Secret>(object, namespace);
  const texts = Object.entries(stringData ?? {}).map(([key, text]) => [key, Buffer.from(text).toString("base64")]);
  return { ...secret, data: { ...secret.data, ...(Object.fromEntries(texts) as Record<string, string>) } };
}

function withNamespace<T>(object: Json, namespace: string): T {
  const metadata = isJsonObject(object.metadata) ? object.metadata : {};
  return { ...object, metadata: { namespace, ...metadata } } as T;
}

/** In a cluster the second would change the first; here nobody could tell their reports apart. */
function requireDistinct(jobs: readonly NotebookValidationJob[]): void {
  const seen = new Set<string>();
  for (const { metadata } of jobs) {
    const key = `${metadata.namespace ?? "default"}/${metadata.name}`;
    if (seen.has(key))
      throw new UserError({ what: `two jobs are named ${key}`, fix: "give each job a name of its own" });
    seen.add(key);
  }
}

/** What the cluster would wait for is said at once: nobody will bring it while this runs. */
function requireReferences(job: NotebookValidationJob, input: Omit<RunInput, "jobs">): void {
  const names = (objects: readonly { metadata: { name: string } }[]) =>
    new Set(objects.map(({ metadata }) => metadata.name));
  const have = { Secret: names(input.secrets), ConfigMap: names(input.configMaps) };
  const missing = references(job.spec).filter(({ kind, name }) => !have[kind].has(name));
  if (missing.length === 0) return;
  throw new UserError({
    what: `job ${job.metadata.name} refers to objects that the manifest does not hold`,
    where: missing.map(({ kind, name, field }) => `${field}: ${kind} ${name}`),
    fix: "add them as further documents of the file, or name a second file that holds them",
  });
}

interface Reference {
  readonly kind: "Secret" | "ConfigMap";
  readonly name: string;
  readonly field: string;
}

function references(spec: NotebookValidationJobSpec): Reference[] {
  const found: Reference[] = [];
  const add = (kind: Reference["kind"], name: string | undefined, field: string, optional?: boolean) => {
    if (name !== undefined && name !== "" && optional !== true) found.push({ kind, name, field });
  };
  const { git } = spec.notebook;
  add("Secret", git.credentialsSecret, "spec.notebook.git.credentialsSecret");
  add("Secret", spec.goldenNotebook?.git?.credentialsSecret, "spec.goldenNotebook.git.credentialsSecret");
  const pod = spec.podConfig;
  for (const [index, { valueFrom }] of (pod?.env ?? []).entries()) {
    const field = `spec.podConfig.env[${index}]`;
    add("Secret", valueFrom?.secretKeyRef?.name, field, valueFrom?.secretKeyRef?.optional);
    add("ConfigMap", valueFrom?.configMapKeyRef?.name, field, valueFrom?.configMapKeyRef?.optional);
  }
  for (const [index, { secretRef, configMapRef }] of (pod?.envFrom ?? []).entries()) {
    const field = `spec.podConfig.envFrom[${index}]`;
    add("Secret", secretRef?.name, field, secretRef?.optional);
    add("ConfigMap", configMapRef?.name, field, configMapRef?.optional);
  }
  for (const [index, name] of (pod?.credentials ?? []).entries())
    add("Secret", name, `spec.podConfig.credentials[${index}]`);
  for (const [index, { secret, configMap }] of (pod?.volumes ?? []).entries()) {
    const field = `spec.podConfig.volumes[${index}]`;
    add("Secret", secret?.secretName, field, secret?.optional);
    add("ConfigMap", configMap?.name, field, configMap?.optional);
  }
  return found;
}
