import { type OperatorConfigInput, parseOperatorConfig } from "../../../src/api/index.js";
import type { BuildObservation, EnvironmentQuestion, TreeEntry } from "../../../src/build/index.js";
import type { BuildsSeen, EnvironmentSeen, SeenBuild } from "../../../src/operator/decide/build-observation.js";
import { environmentOf } from "../../../src/operator/decide/builds/flight.js";
import type { Decision } from "../../../src/operator/decide/decision.js";
import type { JobStatus } from "../../../src/operator/decide/job.js";
import type { Observation } from "../../../src/operator/decide/observation.js";
import { readTurn } from "../../../src/operator/decide/read-turn.js";
import { aJob } from "./a-job.js";
import { aLog, anObservation, aPod, COMMIT, ended, Story } from "./an-observation.js";
import { passingEvents } from "./fake-runner.js";

/** Milliseconds. */
export const MINUTE = 60_000;
export const BASE_DIGEST = `sha256:${"b".repeat(64)}`;
export const IMAGE_DIGEST = `sha256:${"1".repeat(64)}`;
export const OTHER_DIGEST = `sha256:${"2".repeat(64)}`;
export const REPOSITORY = "registry.example.com/team-a/nbv-environments";
export const BUILT = `${REPOSITORY}@${IMAGE_DIGEST}`;

/** Pinned, and nothing but that. */
export const LOCKED = { "requirements.txt": "pandas==2.2.3\n", "notebooks/titanic.ipynb": "{}" };
const CONFIG: OperatorConfigInput = { registry: { host: "registry.example.com" } };

/** A job that builds, with more of `buildConfig` if so wished. */
export function aBuildingJob(buildConfig: object = {}, spec: object = {}): ReturnType<typeof aJob> {
  return aJob().with({ ...spec, podConfig: { buildConfig: { enabled: true, ...buildConfig } } });
}

/** What the repository says, as the desk hands it out. */
export function aQuestion(
  files: Readonly<Record<string, string>>,
  build: EnvironmentQuestion["build"],
  base: EnvironmentQuestion["base"],
): EnvironmentQuestion {
  const encoder = new TextEncoder();
  const entries = Object.entries(files).map(([path, text]): [string, TreeEntry] => {
    const objectId = Buffer.from(text).toString("hex").padEnd(40, "0").slice(0, 40);
    return [path, { path, kind: "file", objectId, size: text.length }];
  });
  const directories = [...new Set(Object.keys(files).flatMap((path) => path.split("/").slice(0, -1)))];
  const tree = new Map<string, TreeEntry>([
    ["", { path: "", kind: "directory", objectId: "d".repeat(40) }],
    ...directories.map((path): [string, TreeEntry] => [path, { path, kind: "directory", objectId: "d".repeat(40) }]),
    ...entries,
  ]);
  const contents = new Map(Object.entries(files).map(([path, text]) => [path, encoder.encode(text)]));
  return {
    notebook: "notebooks/titanic.ipynb",
    build,
    base,
    facts: { commit: COMMIT, tree, files: contents, unreadable: new Map() },
  };
}

/** Plays a job that builds against a world of builds and registries that does what it is told. */
export class BuildingStory extends Story {
  files: Readonly<Record<string, string>> = LOCKED;
  config: OperatorConfigInput = CONFIG;
  environment: EnvironmentSeen = { kind: "unasked" };
  available: BuildsSeen["available"] = ["tekton"];
  /** All builds of the namespace, newest first. */
  builds: SeenBuild[] = [];
  images: Record<string, BuildsSeen["images"][string]> = {};
  publication: BuildsSeen["publication"] = { kind: "unasked" };
  more: Partial<BuildsSeen> = {};
  /** Of the notebook's container, if it is not what the operator asked for. */
  imageOfPod: string | undefined;

  constructor(job: ConstructorParameters<typeof Story>[0] = aBuildingJob().build()) {
    super(job);
  }

  get buildName(): string {
    return this.status.buildStatus?.buildName ?? "";
  }

  override see(seen: Partial<Observation> = {}): Decision {
    const config = parseOperatorConfig(this.config);
    const followed = this.builds.find(({ name }) => name === storedStatus(this).buildStatus?.buildName);
    const builds: BuildsSeen = {
      available: this.available,
      builds: this.builds,
      ...(followed && { followed }),
      hasRoom: true,
      images: this.images,
      publication: this.publication,
      ...this.more,
    };
    return super.see({
      settings: { config, build: "build" },
      source: { kind: "resolved", commit: COMMIT },
      environment: this.environment,
      builds,
      ...seen,
    });
  }

  /** The environment is known: what the repository's files say. */
  read(
    base: EnvironmentQuestion["base"] = { reference: "quay.io/jupyter/minimal-notebook:1", digest: BASE_DIGEST },
  ): this {
    const config = parseOperatorConfig(this.config);
    const turn = readTurn(this.job, anObservation({ settings: { config, build: "build" } }), this.now);
    const build = turn.reading.ok ? turn.reading.effective.build : undefined;
    if (build === undefined) throw new Error("the job builds nothing");
    this.environment = { kind: "read", question: aQuestion(this.files, build, base), warnings: [] };
    return this;
  }

  /** Digest of the environment that was read. */
  get digest(): string {
    if (this.environment.kind !== "read") throw new Error("nothing was read");
    const answer = environmentOf(this.environment.question);
    if (answer.kind === "rejected") throw new Error(answer.message);
    return answer.plan.digest;
  }

  /** Until the registry said that it knows nothing, and the build is to start. */
  building(): this {
    this.see();
    this.read();
    this.see();
    this.registryAnswers();
    this.see();
    return this;
  }

  /** Whatever the registry was asked for is not there, or is as told. */
  registryAnswers(answer: BuildsSeen["images"][string] = { kind: "absent" }): this {
    for (const effect of this.effects("ask-image")) this.images[effect.reference] = answer;
    return this;
  }

  /** The build that was started is there, in the state told. */
  made(observation: BuildObservation = { kind: "pending" }, more: Partial<SeenBuild> = {}): this {
    const [effect] = this.effects("start-build");
    if (effect === undefined) throw new Error(`no build was started: ${this.kinds().join(", ")}`);
    const { plan, strategy } = effect;
    const { name, number, environment } = plan;
    const { digest: environmentDigest, isPinned } = environment;
    const { flight } = plan;
    this.builds.unshift({
      ...{ name, uid: `uid-of-${name}`, number, strategy, environmentDigest, flight, isPinned, observation },
      createdAt: this.now,
      owners: plan.owner ? [plan.owner.uid] : [],
      isAbandoned: false,
      ...more,
    });
    return this;
  }

  /** The newest build is now in another state. */
  becomes(observation: BuildObservation, more: Partial<SeenBuild> = {}): this {
    const [first, ...earlier] = this.builds;
    if (first === undefined) throw new Error("there is no build");
    this.builds = [{ ...first, observation, ...more }, ...earlier];
    return this;
  }

  /** Until the image is there and its pod is to be made. */
  built(): this {
    this.building().made(complete());
    this.see();
    this.see();
    return this;
  }

  /** The notebook of the present attempt has passed. */
  passes(): Decision {
    const pod = aPod(this.podName, ended(0, "Completed"));
    const image = this.imageOfPod ?? this.status.attempts?.[0]?.image ?? "";
    const spec = { ...pod.spec, containers: [{ name: "notebook", image }] };
    return this.see({ pods: [{ ...pod, spec }], log: aLog(passingEvents()) });
  }
}

/** The status as it is stored, before the next decision. */
function storedStatus({ job }: Story): JobStatus {
  return job.status ?? {};
}

export function complete(image = BUILT, more: object = {}): BuildObservation {
  return {
    kind: "complete",
    image,
    startTime: "2026-01-01T00:00:00Z",
    completionTime: "2026-01-01T00:02:00Z",
    ...more,
  };
}

export function runningBuild(currentStep?: string, startTime = "2026-01-01T00:00:00Z"): BuildObservation {
  return { kind: "running", startTime, progress: currentStep === undefined ? {} : { currentStep } };
}
