import type { Clock } from "../kube/clock.js";
import type { Cluster } from "../kube/cluster.js";
import { isKubeError, isTransient } from "../kube/kube-error.js";
import type { KubernetesObject } from "../kube/object.js";
import type { Resource } from "../kube/resource.js";
import { CONFIG_MAPS, PERSISTENT_VOLUME_CLAIMS, SECRETS } from "../kube/resources.js";
import type { MissingObject } from "../recovery/index.js";
import type { ResolutionSeen, SourceSeen } from "./decide/observation.js";
import type { MissingSource, ResolutionQuestion, Resolvable } from "./decide/waiting/resolution-question.js";
import { Flights } from "./flights.js";
import { questionKey } from "./question-key.js";
import type { SourceQuestion } from "./source-desk.js";

export interface ResolutionDeskOptions {
  readonly cluster: Pick<Cluster, "get">;
  readonly clock: Clock;
  /** Asks Git; does not reject. */
  readonly findSource: (question: SourceQuestion) => Promise<SourceSeen>;
  /** Called when what a job waits for is there, or nobody can tell. */
  readonly onAnswer: (jobUid: string) => void;
  /** Told of errors that asking should not throw. @default ignored */
  readonly onError?: (error: unknown) => void;
  /** Looks at a time. @default 4 */
  readonly concurrency?: number;
  /** Longest look, in milliseconds. @default 30000 */
  readonly timeoutMs?: number;
}

/** Between two looks: from `first` on, doubled each time, to `longest`; milliseconds. */
const PACES: Record<ResolutionQuestion["pace"], { readonly first: number; readonly longest: number }> = {
  brisk: { first: 5_000, longest: 60_000 },
  slow: { first: 60_000, longest: 600_000 },
};
/** All looks together: at most one in so many milliseconds, however much is waited for. Namespaces share them evenly. */
const SPACING_MS = 50;

/** Git said something, but not that it is there again. */
const STILL_AWAY: ReadonlySet<string> = new Set(["GitNetwork", "SecretMissing", "ApiTransient", "Unknown"]);

interface Waiter {
  readonly ticket: string;
  readonly about: Resolvable;
  readonly pace: ResolutionQuestion["pace"];
  seen: ResolutionSeen;
  /** Whether a look has found it absent. */
  wasAbsent: boolean;
}

/** Something that jobs of one namespace wait for. */
interface Thing {
  readonly id: string;
  readonly namespace: string;
  /** Of all that wait for it, whatever key they need. */
  readonly about: Resolvable;
  /** By UID of the job. */
  readonly waiters: Map<string, Waiter>;
  /** Looks since somebody new began to wait. */
  looks: number;
  /** Ends the pause before the next look. */
  pause: AbortController;
  isLooking: boolean;
  /** Whether there is reason to look again right after the present look. */
  lookAgain: boolean;
}

/** What a look has found: the keys of an object that is there. */
type Found = There | Exclude<ResolutionSeen, { readonly kind: "present" }>;

interface There {
  readonly kind: "there";
  readonly keys?: ReadonlySet<string>;
  /** Those of them that variables can be made from: kubelets take none from binary data. */
  readonly textKeys?: ReadonlySet<string>;
}

/**
 * Looks again and again whether things are there that jobs wait for, one look for all that wait for the same. It keeps
 * nothing that has to outlive the process: after a restart the jobs ask anew. Of Secrets only the names of keys are looked
 * at, and nothing is kept.
 */
export class ResolutionDesk {
  readonly #options: Required<ResolutionDeskOptions>;
  readonly #things = new Map<string, Thing>();
  /** How many of them each namespace has. */
  readonly #thingsIn = new Map<string, number>();
  /** What each job waits for, by UID. */
  readonly #thingOf = new Map<string, Thing>();
  readonly #looking: Flights<Found>;

  constructor(options: ResolutionDeskOptions) {
    this.#options = { concurrency: 4, timeoutMs: 30_000, onError: () => undefined, ...options };
    const { clock, concurrency, timeoutMs } = this.#options;
    const late = () => new Error(`no answer within ${timeoutMs / 1000} s`);
    this.#looking = new Flights({ clock, concurrency, timeoutMs, late });
  }

  /** Has a job's question looked into until the answer is there, unless it is already. A job has one question at a time. */
  ask(jobUid: string, namespace: string, { ticket, about, pace, isFresh }: ResolutionQuestion): void {
    if (this.#looking.isStopped || this.#thingOf.get(jobUid)?.waiters.get(jobUid)?.ticket === ticket) return;
    this.forget(jobUid);
    const id = idOf(namespace, about);
    const known = this.#things.get(id);
    const thing = known ?? newThing(id, namespace, about);
    thing.waiters.set(jobUid, { ticket, about, pace, seen: { kind: "asking" }, wasAbsent: false });
    if (pace === "brisk") thing.looks = 0;
    if (known === undefined) this.#keep(thing);
    this.#thingOf.set(jobUid, thing);
    // Nobody waits for the answer to a slow question: an operator that starts does not ask all of them at once.
    if (pace === "brisk" || isFresh === true) this.#lookSoon(thing);
    else if (known === undefined) this.#lookAfter(thing, PACES.slow.first);
  }

  /** What is known about a job's question. */
  look(jobUid: string, ticket: string): ResolutionSeen {
    const waiter = this.#thingOf.get(jobUid)?.waiters.get(jobUid);
    return waiter?.ticket === ticket ? waiter.seen : { kind: "unasked" };
  }

  /** Somebody saw an object appear or change: whoever waits for it need not wait for the next look. */
  told(object: MissingObject, namespace: string): void {
    const thing = this.#things.get(idOf(namespace, object));
    if (thing !== undefined) this.#lookSoon(thing);
  }

  /** The job waits no more. */
  forget(jobUid: string): void {
    const thing = this.#thingOf.get(jobUid);
    if (thing === undefined) return;
    this.#thingOf.delete(jobUid);
    thing.waiters.delete(jobUid);
    this.#leave(thing);
  }

  /** Ends everything under way; nothing is answered any more. */
  stop(): void {
    this.#looking.stop();
    for (const { pause } of this.#things.values()) pause.abort();
  }

  #keep(thing: Thing): void {
    this.#things.set(thing.id, thing);
    this.#thingsIn.set(thing.namespace, (this.#thingsIn.get(thing.namespace) ?? 0) + 1);
  }

  /** Lets go of what nobody waits for any more. */
  #leave(thing: Thing): void {
    if ([...thing.waiters.values()].some(isOpen)) return;
    thing.pause.abort();
    if (this.#things.get(thing.id) !== thing) return;
    this.#things.delete(thing.id);
    const left = (this.#thingsIn.get(thing.namespace) ?? 1) - 1;
    if (left > 0) this.#thingsIn.set(thing.namespace, left);
    else this.#thingsIn.delete(thing.namespace);
  }

  #lookSoon(thing: Thing): void {
    if (thing.isLooking) thing.lookAgain = true;
    else this.#lookAfter(thing, 0);
  }

  #lookAfter(thing: Thing, delayMs: number): void {
    thing.pause.abort();
    const pause = new AbortController();
    thing.pause = pause;
    if (delayMs <= 0) void this.#lookAt(thing);
    else
      this.#options.clock.sleep(delayMs, pause.signal).then(
        () => this.#lookAt(thing),
        () => undefined,
      );
  }

  async #lookAt(thing: Thing): Promise<void> {
    if (thing.isLooking || this.#looking.isStopped) return;
    thing.isLooking = true;
    thing.lookAgain = false;
    // Who asks from now on wants to know how it is after that.
    const asking = [...thing.waiters].filter(([, waiter]) => isOpen(waiter));
    const found = await this.#find(thing);
    thing.isLooking = false;
    if (this.#looking.isStopped) return;
    thing.looks += 1;
    for (const [jobUid, waiter] of asking) {
      if (thing.waiters.get(jobUid) !== waiter) continue;
      const answer = answerTo(waiter.about, found);
      waiter.wasAbsent ||= answer.kind === "absent";
      waiter.seen = answer.kind === "present" ? { ...answer, wasAbsent: waiter.wasAbsent } : answer;
      if (!isOpen(waiter)) this.#options.onAnswer(jobUid);
    }
    this.#leave(thing);
    if (this.#things.get(thing.id) === thing) this.#lookAfter(thing, thing.lookAgain ? 0 : this.#pauseOf(thing));
  }

  #pauseOf({ namespace, waiters, looks }: Thing): number {
    const isBrisk = [...waiters.values()].some((waiter) => isOpen(waiter) && waiter.pace === "brisk");
    const { first, longest } = PACES[isBrisk ? "brisk" : "slow"];
    const spacingMs = SPACING_MS * this.#thingsIn.size * (this.#thingsIn.get(namespace) ?? 0);
    return Math.max(Math.min(first * 2 ** Math.min(looks - 1, 30), longest), spacingMs);
  }

  async #find({ id, namespace, about }: Thing): Promise<Found> {
    try {
      if (about.kind === "Git") return await this.#findSource(namespace, about);
      return await this.#looking.fly(id, () => this.#findObject(namespace, about), [namespace]);
    } catch (error) {
      // The next look may get an answer; this one says nothing.
      if (this.#looking.isStopped || !isKubeError(error) || isTransient(error)) return { kind: "asking" };
      this.#options.onError(error);
      return { kind: "unknown", message: "the API server does not answer the question" };
    }
  }

  /** @throws KubeError when nobody knows */
  async #findObject(namespace: string, { kind, name }: MissingObject): Promise<Found> {
    try {
      const resource: Resource<ObjectWithKeys> = RESOURCES[kind];
      const { metadata, data = {}, binaryData = {} } = await this.#options.cluster.get(resource, { namespace, name });
      if (metadata.deletionTimestamp !== undefined) return { kind: "absent" };
      const textKeys = new Set(Object.keys(data));
      return { kind: "there", keys: new Set([...textKeys, ...Object.keys(binaryData)]), textKeys };
    } catch (error) {
      if (isKubeError(error, "NotFound")) return { kind: "absent" };
      if (!isKubeError(error, "Forbidden")) throw error;
      return { kind: "unknown", message: `the operator may not read the ${kind} ${name}` };
    }
  }

  async #findSource(namespace: string, { kind: _kind, ...places }: MissingSource): Promise<Found> {
    const seen = await this.#options.findSource({ namespace, ...places });
    return seen.kind === "failed" && STILL_AWAY.has(seen.reason) ? { kind: "absent" } : { kind: "there" };
  }
}

type ObjectWithKeys = KubernetesObject & { data?: Record<string, string>; binaryData?: Record<string, string> };

const RESOURCES = {
  Secret: SECRETS,
  ConfigMap: CONFIG_MAPS,
  PersistentVolumeClaim: PERSISTENT_VOLUME_CLAIMS,
} as unknown as Record<MissingObject["kind"], Resource<ObjectWithKeys>>;

function newThing(id: string, namespace: string, about: Resolvable): Thing {
  return {
    ...{ id, namespace, about, looks: 0, isLooking: false, lookAgain: false },
    waiters: new Map(),
    pause: new AbortController(),
  };
}

/** Whether the waiter still wants to be told. */
function isOpen({ seen: { kind } }: Waiter): boolean {
  return kind !== "present" && kind !== "unknown";
}

function answerTo(about: Resolvable, found: Found): ResolutionSeen {
  if (found.kind !== "there") return found;
  if (about.kind === "Git" || about.key === undefined) return { kind: "present" };
  const keys = about.isVariable === true ? found.textKeys : found.keys;
  return keys?.has(about.key) === false ? { kind: "absent" } : { kind: "present" };
}

function idOf(namespace: string, about: Resolvable): string {
  if (about.kind === "Git") return questionKey([namespace, about]);
  return [about.kind, namespace, about.name].join("/");
}
