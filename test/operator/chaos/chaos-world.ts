import { LABEL_ATTEMPT, LABEL_BUILD_NUMBER, LABEL_RUN, parseOperatorConfig } from "../../../src/api/index.js";
import type { Clock } from "../../../src/kube/clock.js";
import { KubeError } from "../../../src/kube/kube-error.js";
import type { KubernetesObject } from "../../../src/kube/object.js";
import { keyOf } from "../../../src/kube/object-key.js";
import {
  NOTEBOOK_VALIDATION_JOBS,
  type NotebookValidationJobObject,
  PODS,
  type Pod,
} from "../../../src/kube/resources.js";
import type { BuildTools } from "../../../src/operator/builds/builds.js";
import { isTerminal, type JobStatus } from "../../../src/operator/decide/job.js";
import { hasEnded } from "../../../src/operator/decide/pods.js";
import { SourceError } from "../../../src/operator/source-resolver.js";
import { COMMIT } from "../kit/a-cluster.js";
import { FakeOutside } from "../kit/fake-outside.js";
import { environmentOf, FakeTekton, imageBuiltBy } from "../kit/fake-tekton.js";
import { type Gate, throughGate, type WatchSpoiler } from "../kit/gated-cluster.js";
import type { Ground } from "./ground.js";
import { type Call, type Death, Life, type Spoiler, type Witness } from "./life.js";
import { MemoryGround } from "./memory-ground.js";
import { passes, StoryNode } from "./node.js";
import type { Scenario } from "./scenario.js";

/** The world ends here: no scenario needs so many rounds. */
const MAX_ROUNDS = 1_500;
/** Something that an operator did to the world. */
export interface Deed {
  readonly call: string;
  /** What is the same when it is done again: `team-a/titanic-val-…-1`, or an event's words. */
  readonly about: string;
}

/** What an operator process is given besides the world. */
export interface LifeOptions {
  readonly death?: Death;
  /** How those die that take its place, one after the other. */
  readonly heirs?: readonly Death[];
  readonly spoil?: Spoiler;
  readonly spoilWatch?: WatchSpoiler;
  readonly clock?: Clock;
}

/** One scenario's world, with operators that may die at any of their calls. */
export class ChaosWorld {
  readonly test: Ground;
  readonly tekton: FakeTekton;
  readonly outside: FakeOutside;
  readonly node: StoryNode;
  /** All that operators really did, whether they heard of it or not; without what came long after their death. */
  readonly deeds: Deed[] = [];
  /** What requests made that were on their way when their process died. */
  readonly landed: Deed[] = [];
  /** Operator processes so far, the last one at work. */
  readonly lives: Life[] = [];
  /** Phases that the job's status has had in the cluster, in their order. */
  readonly phases: string[] = [];
  /** Where the branch is. */
  commit = COMMIT;
  /** Whether the namespace's quota of pods is used up. */
  isFull: boolean;
  /** Told of every phase that the status enters in the cluster. */
  onPhase: (phase: string) => void = () => undefined;
  readonly #scenario: Scenario;
  readonly #done = new Set<string>();
  readonly #heirs: Death[] = [];
  /** Runs that had a pod, in their order. */
  readonly #runs = new Set<string | undefined>();

  /** @param ground where it is lived. @default the embedded API server */
  constructor(scenario: Scenario, ground?: Ground) {
    this.#scenario = scenario;
    this.outside = new FakeOutside(scenario.files ?? {});
    this.test = ground ?? new MemoryGround(this.builds ? (scenario.builders ?? ["tekton"]) : [], this.outside);
    this.isFull = scenario.isFull ?? false;
    const { cluster, clock, namespace, judge } = this.test;
    this.tekton = new FakeTekton(cluster, clock, namespace);
    this.node = new StoryNode(this.test, (name) => void judge.passed.push(name));
  }

  /** Another operator process begins, besides those that are there. */
  async startOperator({ death, spoil, spoilWatch, clock = this.test.clock }: LifeOptions = {}): Promise<Life> {
    const witness: Witness = {
      done: (call, result) => this.#note(call, result),
      late: async ({ what }, work) =>
        void this.landed.push({ call: what, about: aboutOf(await this.test.judge.late(work)) }),
    };
    const life = new Life(this.test.clock, witness, death, spoil, spoilWatch);
    this.lives.push(life);
    await this.test.startOperator({
      clock,
      config: parseOperatorConfig({ registry: { host: "registry.example.com" }, ...this.#scenario.config }),
      cluster: throughGate(throughGate(this.test.cluster, this.#quota), life.gate, life.watches),
      build: "build",
      builder: this.#builder(life),
      runner: async () => ({ data: Buffer.from("the runner"), sha256: "ab" }),
      source: {
        resolve: () => life.call({ what: "git resolve", isWrite: false }, () => this.#resolve()),
      },
      branches: {
        branches: async ({ refs }) => {
          const commit = await life.call({ what: "git branches", isWrite: false }, async () => this.commit);
          return new Map(refs.map((ref) => [ref, commit]));
        },
      },
    });
    return life;
  }

  /** Whether there is anything to build an image from. */
  get builds(): boolean {
    return this.#scenario.files !== undefined;
  }

  /** A process takes the place of those that died. Those that live go on. */
  async replaceDead(): Promise<void> {
    const last = this.lives.at(-1);
    if (last === undefined || !last.isDead) return;
    await this.test.stopOperator();
    const death = this.#heirs.shift();
    await this.startOperator(death && { death });
  }

  /** The job's status as it is stored; `undefined` when the job is gone. */
  async status(): Promise<JobStatus | undefined> {
    const job = await this.#job();
    return job === undefined ? undefined : (job.status ?? {});
  }

  /** Somebody changes something of the job that means nothing, and takes it back. */
  async touch(): Promise<void> {
    const job = await this.#job();
    if (job === undefined) return;
    for (const touched of ["yes", null]) {
      const metadata = { annotations: { "example.com/touched": touched } };
      await this.test.cluster.patch(NOTEBOOK_VALIDATION_JOBS, keyOf(job), { metadata });
    }
  }

  /**
   * Lives the scenario to its end, with whoever died replaced, and for a while afterwards.
   * @param first of the operators
   * @param anyEnd whether any end is one. @default only the scenario's
   * @throws Error when the job comes to no end, or the operator does not come to rest
   */
  async live(first: LifeOptions = {}, anyEnd = false): Promise<void> {
    try {
      await this.#live(first, anyEnd);
    } finally {
      await this.test.stopOperator();
    }
    await this.test.leave();
    this.test.judge.assertInnocent();
  }

  async #live(first: LifeOptions, anyEnd: boolean): Promise<void> {
    const { test } = this;
    const { roundMs, quietRoundMs } = test.pace;
    this.#heirs.push(...(first.heirs ?? []));
    await this.startOperator(first);
    await test.submit(this.#scenario.job);
    let version = "";
    for (let round = 0; ; round += 1) {
      await this.replaceDead();
      await this.#work();
      const before = version;
      version = await test.version();
      const isQuiet = version === before;
      if (isQuiet && (await this.#isOver(anyEnd))) break;
      if (round === MAX_ROUNDS) throw new Error(`no end in sight: ${JSON.stringify(await this.status())}`);
      await test.pass(isQuiet ? quietRoundMs : roundMs);
    }
    await this.#rest();
  }

  /** Once it is over, nothing is written any more. */
  async #rest(): Promise<void> {
    const { test } = this;
    const { afterwardsMs, afterwards } = test.pace;
    // A process that dies in its sleep is replaced, and its successor comes to rest, too.
    for (let times = 1; ; times += 1) {
      const version = await test.version();
      await test.pass(afterwardsMs);
      const died = this.lives.at(-1)?.isDead === true;
      await this.replaceDead();
      if (!died && (await test.version()) === version) break;
      if (times === afterwards) throw new Error("the operator does not come to rest");
    }
  }

  /** Everybody but the operator does what the scenario says, one moment. */
  async #work(): Promise<void> {
    const { test } = this;
    const status = await this.status();
    if (status === undefined) return;
    const { pod, user } = this.#scenario;
    if (this.builds) await this.#build();
    await this.node.work((each) => {
      const attempt = Number(each.metadata.labels?.[LABEL_ATTEMPT]);
      return pod?.(attempt, this.#runOf(each), each, this) ?? passes;
    });
    await test.settle();
    await user?.(status, (what, work) => this.#once(what, work), this);
    await test.settle();
  }

  /** Builds come one moment further; an image is in the registry before anybody is told of it. */
  async #build(): Promise<void> {
    const { tekton, outside } = this;
    const { build } = this.#scenario;
    tekton.story = ({ metadata }) => build?.(Number(metadata.labels?.[LABEL_BUILD_NUMBER])) ?? "succeeds";
    for (const run of await tekton.live())
      if (tekton.story(run) === "succeeds") outside.pushed(imageBuiltBy(run), environmentOf(run));
    await tekton.work();
  }

  /** A pod goes on with the story of its own run, though the job may be at the next one. */
  #runOf({ metadata: { labels = {} } }: Pod): number {
    return [...this.#runs.add(labels[LABEL_RUN])].indexOf(labels[LABEL_RUN]) + 1;
  }

  async #once(what: string, work: () => Promise<void>): Promise<void> {
    if (this.#done.has(what)) return;
    this.#done.add(what);
    await work();
  }

  async #isOver(anyEnd: boolean): Promise<boolean> {
    const { end } = this.#scenario;
    const status = await this.status();
    if (status === undefined || end === "gone") return status === undefined && end === "gone";
    const { generation } = (await this.#job())?.metadata ?? {};
    const isAtEnd = anyEnd || Object.entries(end).every(([field, value]) => status[field as keyof JobStatus] === value);
    const pods: Pod[] = await this.test.pods();
    return isAtEnd && isTerminal(status.phase) && status.observedGeneration === generation && pods.every(hasEnded);
  }

  async #job(): Promise<NotebookValidationJobObject | undefined> {
    const { cluster, namespace } = this.test;
    return (await cluster.list(NOTEBOOK_VALIDATION_JOBS, { namespace })).items[0];
  }

  async #resolve(): Promise<{ commit: string }> {
    const reason = this.#scenario.git?.((await this.status()) ?? {});
    const { gitMs } = this.#scenario;
    if (gitMs !== undefined) await this.test.clock.sleep(gitMs);
    if (reason !== undefined) throw new SourceError(reason, `Git says ${reason}`);
    return { commit: this.commit };
  }

  readonly #quota: Gate = ({ verb, resource }, proceed) => {
    if (!this.isFull || verb !== "create" || resource.plural !== PODS.plural) return proceed();
    const message = 'pods "x" is forbidden: exceeded quota: small, requested: pods=1, used: pods=5, limited: pods=5';
    return Promise.reject(new KubeError({ reason: "Forbidden", message }));
  };

  #builder(life: Life): BuildTools {
    const { strategies, reader, registry } = this.outside;
    const ask = <R>(what: string, proceed: () => Promise<R>): Promise<R> =>
      life.call({ what, isWrite: false }, proceed);
    return {
      strategies,
      reader: { read: (...args) => ask("git read", () => reader.read(...args)) },
      registry: {
        digestOf: (...args) => ask("registry digest", () => registry.digestOf(...args)),
        find: (...args) => ask("registry find", () => registry.find(...args)),
        tag: (...args) => life.call({ what: "registry tag", isWrite: true }, () => registry.tag(...args)),
      },
    };
  }

  #entered(written: unknown): void {
    const { phase } = ((written as NotebookValidationJobObject).status ?? {}) as JobStatus;
    if (phase === undefined || this.phases.at(-1) === phase) return;
    this.phases.push(phase);
    this.onPhase(phase);
  }

  #note({ what, isWrite }: Call, result: unknown): void {
    if (what === `patchStatus ${NOTEBOOK_VALIDATION_JOBS.plural}`) this.#entered(result);
    if (!isWrite || what.startsWith("patch")) return;
    this.deeds.push({ call: what, about: aboutOf(result) });
  }
}

/** What tells a thing from others of its kind: its name, and of events their words. */
function aboutOf(result: unknown): string {
  const { kind, metadata, reason, message } = (result ?? {}) as KubernetesObject & {
    reason?: string;
    message?: string;
  };
  if (kind === "Event") return `${reason}: ${message}`;
  return `${metadata?.namespace}/${metadata?.name}`;
}
