import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { aJob, aSecret, Bench, type JobStatus } from "./bench.js";
import { type NodeWorld, PRIVATE_REGISTRY, REGISTRY, REGISTRY_LOGIN } from "./node-world.js";
import type { WorldRepository } from "./world.js";

/** Of each step's log. */
const RECORDED_LINES = 60;

/** What is long, and no part of what Tekton says about a build. */
const UNRECORDED = new Set(["managedFields", "spec", "pipelineSpec", "taskSpec", "provenance"]);

/** Longest time from apply to the end of a job whose build waits for two others on two cores, in milliseconds. */
export const BUILT_MS = 380_000;

/** A PipelineRun, as far as stories look at it. */
export interface SeenPipelineRun {
  readonly metadata: {
    readonly name: string;
    readonly creationTimestamp: string;
    readonly ownerReferences?: readonly { readonly name: string; readonly controller?: boolean }[];
  };
  readonly status?: {
    readonly startTime?: string;
    readonly completionTime?: string;
    readonly conditions?: readonly { readonly status: string; readonly reason: string }[];
  };
}

/** An image as its registry has it. */
export interface RegistryImage {
  /** `sha256:…` of the manifest. */
  readonly digest: string;
  /** Compressed. */
  readonly layers: readonly { readonly digest: string; readonly size: number }[];
  readonly labels: Readonly<Record<string, string>>;
  readonly user: string;
}

/** A namespace in which environments are built. */
export class BuildBench extends Bench {
  declare readonly world: NodeWorld;

  static async of(
    world: NodeWorld,
    hint: string,
    podSecurity: "baseline" | "restricted" = "baseline",
  ): Promise<BuildBench> {
    return new BuildBench(world, await world.namespace(hint, podSecurity));
  }

  /** All builds of the namespace, oldest first. */
  async builds(): Promise<SeenPipelineRun[]> {
    const { stdout } = await this.kubectl(["get", "pipelineruns", "-o", "json"]);
    const { items } = JSON.parse(stdout) as { items: SeenPipelineRun[] };
    const at = ({ metadata }: SeenPipelineRun) => `${metadata.creationTimestamp} ${metadata.name}`;
    return items.sort((a, b) => at(a).localeCompare(at(b)));
  }

  /** The build that a job's status names. */
  async buildOf(status: JobStatus | undefined): Promise<SeenPipelineRun> {
    const name = status?.buildStatus?.buildName;
    const found = (await this.builds()).find(({ metadata }) => metadata.name === name);
    if (found === undefined) throw new Error(`no PipelineRun ${name}`);
    return found;
  }

  /** Keeps a build, its TaskRuns and the ends of its steps' logs as a fixture for unit tests, where that was asked for. */
  async record(fixture: string, build: SeenPipelineRun): Promise<void> {
    if (RECORDS === undefined) return;
    const selector = `tekton.dev/pipelineRun=${build.metadata.name}`;
    const get = async (...words: string[]) =>
      JSON.parse((await this.kubectl(["get", ...words, "-o", "json"])).stdout) as { items?: object[] };
    const run = await get(`pipelinerun/${build.metadata.name}`);
    const { items: taskRuns = [] } = await get("taskruns", "-l", selector);
    const logs: Record<string, string[]> = {};
    for (const step of ["fetch", "dockerfile", "build", "push"]) {
      const lines = (await this.stepLog(build, step)).split("\n");
      if (lines.length > 1) logs[step] = lines.slice(-RECORDED_LINES);
    }
    const kept = (key: string, value: unknown) => (UNRECORDED.has(key) ? undefined : value);
    const text = JSON.stringify({ run, taskRuns, logs }, kept, 1);
    await writeFile(join(RECORDS, `${fixture}.json`), `${text}\n`);
  }

  /** The log of one step of a build. */
  async stepLog(build: SeenPipelineRun, step: string): Promise<string> {
    const selector = `tekton.dev/pipelineRun=${build.metadata.name}`;
    return (await this.kubectl(["logs", "--tail=-1", "-l", selector, "-c", `step-${step}`])).stdout;
  }
}

/** Directory for what Tekton really says: `test/fixtures/tekton` is made by a run with it. Absent = nothing is recorded. */
const RECORDS = process.env["NBV_RECORD_TEKTON"];

/** A job whose environment is built from its repository. */
export function aBuildJob(
  name: string,
  { urls }: WorldRepository,
  build: object = {},
  spec: {
    readonly path?: string;
    readonly git?: object;
    readonly podConfig?: object;
    readonly [field: string]: unknown;
  } = {},
): object {
  const { path = "nb.ipynb", git = {}, podConfig = {}, ...others } = spec;
  return aJob(name, {
    notebook: { git: { url: urls.http, ref: "main", ...git }, path },
    podConfig: { buildConfig: { enabled: true, ...build }, ...podConfig },
    ...others,
  });
}

/** Part of a `buildConfig`: an image of this name in the private registry. */
export function intoPrivateRegistry(imageName: string): object {
  return { imageName, publishToRegistry: true, registry: PRIVATE_REGISTRY, registryNamespace: "team" };
}

/** A Secret for the private registry, with the user's password or another. */
export function aRegistrySecret(name: string, password: string = REGISTRY_LOGIN.password): object {
  const auth = Buffer.from(`${REGISTRY_LOGIN.username}:${password}`).toString("base64");
  const dockerconfigjson = JSON.stringify({ auths: { [PRIVATE_REGISTRY]: { auth } } });
  return aSecret(name, { ".dockerconfigjson": dockerconfigjson }, "kubernetes.io/dockerconfigjson");
}

/** How long a build took, in seconds. @throws when it has not ended */
export function secondsOf({ metadata, status }: SeenPipelineRun): number {
  const seconds = (Date.parse(status?.completionTime ?? "") - Date.parse(status?.startTime ?? "")) / 1000;
  if (Number.isNaN(seconds)) throw new Error(`${metadata.name} has not ended`);
  return seconds;
}

/** Asks a plain registry for a reference: `host/path:tag` or `host/path@sha256:…`. @returns `undefined` when it has none */
export async function imageAt(reference: string): Promise<RegistryImage | undefined> {
  const [, host = "", path = "", tag = ""] = /^([^/]+)\/([^@]+?)[@:](sha256:.*|[^:]*)$/.exec(reference) ?? [];
  const accept = "application/vnd.oci.image.manifest.v1+json, application/vnd.docker.distribution.manifest.v2+json";
  const ask = (what: string) => fetch(`http://${host}/v2/${path}/${what}`, { headers: { accept } });
  const answer = await ask(`manifests/${tag}`);
  if (answer.status === 404) return undefined;
  const manifest = (await answer.json()) as { layers: RegistryImage["layers"]; config: { digest: string } };
  const { config } = (await (await ask(`blobs/${manifest.config.digest}`)).json()) as {
    config: { Labels?: Record<string, string>; User?: string };
  };
  return {
    digest: answer.headers.get("docker-content-digest") ?? "",
    layers: manifest.layers,
    labels: config.Labels ?? {},
    user: config.User ?? "",
  };
}

/** An image of `images.sh`. @throws when it is not there */
export async function stockImage(name: string): Promise<RegistryImage> {
  const image = await imageAt(`${REGISTRY}/${name}`);
  if (image === undefined) throw new Error(`the registry has no ${name}`);
  return image;
}

/** Compressed bytes of the layers that `image` has and `base` has not. */
export function bytesOver(image: RegistryImage, base: RegistryImage): number {
  return image.layers
    .filter(({ digest }) => !base.layers.some((layer) => layer.digest === digest))
    .reduce((sum, { size }) => sum + size, 0);
}
