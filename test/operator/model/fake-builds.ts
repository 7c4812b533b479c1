import { toRfc3339 } from "../../../src/api/index.js";
import type { BuildPlan, EnvironmentQuestion } from "../../../src/build/index.js";
import { freezeJson } from "../../../src/kube/json.js";
import { KubeError } from "../../../src/kube/kube-error.js";
import type { Builds } from "../../../src/operator/builds/builds.js";
import type { BuildsSeen, EnvironmentSeen } from "../../../src/operator/decide/build-observation.js";
import { buildsWanted } from "../../../src/operator/decide/builds/builds-wanted.js";
import { buildsImage } from "../../../src/operator/decide/builds/gate.js";
import { imagesWanted } from "../../../src/operator/decide/builds/images-wanted.js";
import { environmentTicket, imageTicket, publicationTicket } from "../../../src/operator/decide/builds/tickets.js";
import type { StoredJob } from "../../../src/operator/decide/job.js";
import { isTerminal } from "../../../src/operator/decide/job.js";
import type { Settings } from "../../../src/operator/decide/observation.js";
import { readTurn } from "../../../src/operator/decide/read-turn.js";
import type { ValidTurn } from "../../../src/operator/decide/turn.js";
import { aQuestion, BASE_DIGEST, LOCKED } from "../kit/a-building-story.js";
import type { ModelCluster } from "./model-cluster.js";
import type { ModelBuild, ModelState } from "./state.js";

/** What the operator's own `Builds` is to the reconciler, with desks and build controllers whose state is a value. */
export function fakeBuilds(
  cluster: ModelCluster,
  from: ModelState,
  settings: Settings,
): Pick<Builds, "observe" | "perform" | "release" | "forget"> {
  return {
    observe: (job) => observed(cluster.state, from, job, settings),
    perform: async (job, effect) => {
      const { memory } = cluster.state;
      const remember = (more: Partial<ModelState["memory"]>): void => {
        cluster.state = { ...cluster.state, memory: { ...cluster.state.memory, ...more } };
      };
      switch (effect.kind) {
        case "ask-environment":
          if (memory.environment?.ticket === effect.ticket) break;
          remember({ environment: { ticket: effect.ticket, seen: { kind: "reading" } } });
          break;
        case "ask-image":
          if (memory.images[effect.ticket] !== undefined) break;
          remember({ images: { ...memory.images, [effect.ticket]: { kind: "asking" } } });
          break;
        case "start-build":
          cluster.createBuild(job.metadata.uid ?? "", effect.plan, effect.strategy);
          break;
        case "join-build":
          cluster.joinBuild(job.metadata.uid ?? "", effect.name, effect.uid);
          break;
        case "publish-image":
          if (memory.publication?.ticket === effect.ticket) break;
          remember({ publication: { ticket: effect.ticket, image: effect.image, seen: { kind: "publishing" } } });
          break;
      }
      return { kind: "done" };
    },
    release: () => undefined,
    forget: () => undefined,
  };
}

function observed(now: ModelState, from: ModelState, job: StoredJob, settings: Settings) {
  const turn = turnOf(job, settings);
  if (turn === undefined || !buildsImage(turn) || isTerminal(turn.status.phase)) return {};
  const { memory } = now;
  const asked = memory.environment;
  const environment: EnvironmentSeen =
    asked?.ticket === environmentTicket(turn.status) ? asked.seen : { kind: "unasked" };
  const cached = Object.values(from.cache.builds).sort((a, b) => b.number - a.number);
  const { plan, buildName } = buildsWanted(turn, environment, ["tekton"]) ?? {};
  const followed = cached.find(({ name }) => name === buildName);
  const builds = plan === undefined ? [] : cached;
  const publication = memory.publication;
  const seen: BuildsSeen = {
    available: ["tekton"],
    builds,
    ...(followed && { followed }),
    hasRoom: true,
    images: Object.fromEntries(
      imagesWanted(turn, plan, builds).flatMap((reference) => {
        const image = memory.images[imageTicket(turn.status, reference)];
        return image === undefined ? [] : [[reference, image]];
      }),
    ),
    publication: publication?.ticket === publicationTicket(turn.status) ? publication.seen : { kind: "unasked" },
  };
  return { environment, builds: seen };
}

function turnOf(job: StoredJob, settings: Settings): ValidTurn | undefined {
  const turn = readTurn(job, { pods: [], source: { kind: "unasked" }, hasRoom: true, settings }, 0);
  return turn.reading.ok ? { ...turn, spec: turn.reading.spec, effective: turn.reading.effective } : undefined;
}

const questions = new Map<string, EnvironmentQuestion>();

/** What the model's repository says. One object per configuration, as a desk hands it out. */
export function questionOf(job: StoredJob, settings: Settings): EnvironmentQuestion | undefined {
  const build = turnOf(job, settings)?.effective.build;
  if (build === undefined) return undefined;
  const key = JSON.stringify(build);
  const base = { reference: "quay.io/jupyter/minimal-notebook:1", digest: BASE_DIGEST };
  const question = questions.get(key) ?? aQuestion(LOCKED, build, base);
  questions.set(key, question);
  return question;
}

/** The build comes to be, unless one of its name is there. */
export function withMadeBuild(
  state: ModelState,
  owner: string,
  plan: BuildPlan,
  strategy: ModelBuild["strategy"],
): ModelState {
  const { name, number, environment } = plan;
  if (state.builds[name] !== undefined) throw new KubeError({ reason: "AlreadyExists", message: `${name} exists` });
  const build: ModelBuild = freezeJson({
    ...{ name, number, strategy },
    uid: `uid-${state.nextUid}`,
    createdAt: Math.floor(state.now / 1000) * 1000,
    environmentDigest: environment.digest,
    flight: plan.flight,
    isPinned: environment.isPinned,
    owners: [owner],
    observation: { kind: "pending" },
    isAbandoned: false,
  });
  return {
    ...state,
    version: state.version + 1,
    nextUid: state.nextUid + 1,
    builds: { ...state.builds, [name]: build },
  };
}

/** The build with some of it changed. */
export function withBuild(state: ModelState, name: string, change: Partial<ModelBuild>): ModelState {
  const build = state.builds[name];
  if (build === undefined) return state;
  return {
    ...state,
    version: state.version + 1,
    builds: { ...state.builds, [name]: freezeJson({ ...build, ...change }) },
  };
}

/** The image of a build, which its controller pushed. */
export function imageOf({ name, uid }: ModelBuild): string {
  const digest = Buffer.from(`${name}/${uid}`).toString("hex").padEnd(64, "0").slice(-64);
  return `registry.example.com/team-a/nbv-environments@sha256:${digest}`;
}

/** The build is done: its image is in the registry. */
export function completed(state: ModelState, name: string): ModelState {
  const build = state.builds[name];
  if (build === undefined) return state;
  const image = imageOf(build);
  const completionTime = toRfc3339(state.now);
  const done = withBuild(state, name, { observation: { kind: "complete", image, completionTime } });
  return { ...done, truth: { ...done.truth, pushed: [...done.truth.pushed, image] } };
}
