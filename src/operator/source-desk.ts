import { createHash } from "node:crypto";
import type { Clock } from "../kube/clock.js";
import { isKubeError } from "../kube/kube-error.js";
import type { SourceSeen } from "./decide/observation.js";
import { SourceError, type SourceResolver } from "./source-resolver.js";

/** A reference of a repository. */
interface Place {
  readonly url: string;
  readonly ref: string;
  /** Name of a Secret in the job's namespace. */
  readonly credentialsSecret?: string;
}

/** One question to Git, on behalf of one job. */
export interface SourceQuestion extends Place {
  readonly namespace: string;
  /** Where the golden notebook is, if it has a repository of its own. */
  readonly golden?: Place;
}

export interface SourceDeskOptions {
  readonly resolver: SourceResolver;
  readonly clock: Clock;
  /** Reads the decoded data of a Secret; rejects with a `KubeError`. */
  readonly readSecret: (namespace: string, name: string) => Promise<Readonly<Record<string, string>>>;
  /** Called when the answer to a job's question is there. */
  readonly onAnswer: (jobUid: string) => void;
  /** Told of errors that a resolver should not throw. @default ignored */
  readonly onError?: (error: unknown) => void;
  /** Questions to Git at a time. @default 8 */
  readonly concurrency?: number;
  /** Longest wait for one answer, in milliseconds. @default 60000 */
  readonly timeoutMs?: number;
}

/** One resolution that several jobs may wait for. */
interface Flight {
  readonly key: string;
  readonly run: () => Promise<SourceSeen>;
  readonly passengers: ((answer: SourceSeen) => void)[];
}

/**
 * Asks Git for commits in the background and keeps each job's answer until the job asks something else.
 * Jobs that ask the same thing share one answer, but only one whose question was put after they asked: a job made right
 * after a push never gets the commit from before it. What is kept here is lost in a crash and simply asked again.
 */
export class SourceDesk {
  readonly #options: Required<SourceDeskOptions>;
  readonly #answers = new Map<string, { ticket: string; seen: SourceSeen }>();
  readonly #waiting = new Map<string, Flight>();
  readonly #running = new Set<string>();
  readonly #stop = new AbortController();
  #underWay = 0;

  constructor(options: SourceDeskOptions) {
    this.#options = { concurrency: 8, timeoutMs: 60_000, onError: () => undefined, ...options };
  }

  /**
   * Puts a job's question, unless it was put already.
   * @param ticket names the question: another ticket is another question, even with the same words
   */
  ask(jobUid: string, ticket: string, question: SourceQuestion): void {
    if (this.#stop.signal.aborted || this.#answers.get(jobUid)?.ticket === ticket) return;
    const record: { ticket: string; seen: SourceSeen } = { ticket, seen: { kind: "resolving" } };
    this.#answers.set(jobUid, record);
    void this.#answer(question).then((seen) => {
      if (this.#stop.signal.aborted) return;
      record.seen = seen;
      if (this.#answers.get(jobUid) === record) this.#options.onAnswer(jobUid);
    });
  }

  /** What is known about a job's question. */
  look(jobUid: string, ticket: string): SourceSeen {
    const record = this.#answers.get(jobUid);
    return record?.ticket === ticket ? record.seen : { kind: "unasked" };
  }

  /** The job is gone. */
  forget(jobUid: string): void {
    this.#answers.delete(jobUid);
  }

  /** Ends everything under way; nothing is answered any more. */
  stop(): void {
    this.#stop.abort(new Error("the operator stops"));
  }

  async #answer({ namespace, golden, ...notebook }: SourceQuestion): Promise<SourceSeen> {
    if (golden === undefined) return this.#commitOf(namespace, notebook);
    const [source, second] = await Promise.all([
      this.#commitOf(namespace, notebook),
      this.#commitOf(namespace, golden),
    ]);
    if (source.kind !== "resolved") return source;
    if (second.kind === "failed") return { ...second, message: `golden notebook: ${second.message}` };
    if (second.kind !== "resolved") return second;
    const { commit, warning } = second;
    return { ...source, golden: { commit, ...(warning !== undefined && { warning: `golden notebook: ${warning}` }) } };
  }

  async #commitOf(namespace: string, place: Place): Promise<SourceSeen> {
    let credentials: Readonly<Record<string, string>> | undefined;
    if (place.credentialsSecret !== undefined) {
      try {
        credentials = await this.#options.readSecret(namespace, place.credentialsSecret);
      } catch (error) {
        return secretFailure(place.credentialsSecret, error);
      }
    }
    const { url, ref } = place;
    const key = digestOf([url, ref, credentials]);
    return new Promise<SourceSeen>((resolve) => {
      const waiting = this.#waiting.get(key);
      if (waiting !== undefined) {
        waiting.passengers.push(resolve);
        return;
      }
      const run = (): Promise<SourceSeen> => this.#fly({ url, ref, ...(credentials && { credentials }) });
      this.#waiting.set(key, { key, run, passengers: [resolve] });
      this.#depart();
    });
  }

  /** Starts what may start: one flight per question at a time, a bounded number in all. */
  #depart(): void {
    for (const flight of this.#waiting.values()) {
      if (this.#underWay >= this.#options.concurrency) return;
      if (this.#running.has(flight.key)) continue;
      this.#waiting.delete(flight.key);
      this.#running.add(flight.key);
      this.#underWay += 1;
      void flight.run().then((answer) => {
        this.#running.delete(flight.key);
        this.#underWay -= 1;
        for (const passenger of flight.passengers) passenger(answer);
        this.#depart();
      });
    }
  }

  async #fly(request: Parameters<SourceResolver["resolve"]>[0]): Promise<SourceSeen> {
    const landed = new AbortController();
    const late = new AbortController();
    const signal = AbortSignal.any([this.#stop.signal, late.signal]);
    const { clock, timeoutMs, resolver } = this.#options;
    void clock.sleep(timeoutMs, AbortSignal.any([landed.signal, this.#stop.signal])).then(
      () => late.abort(new SourceError("GitNetwork", `Git did not answer within ${timeoutMs / 1000} s`)),
      () => undefined,
    );
    try {
      const source = await abortable(resolver.resolve(request, signal), signal);
      return { kind: "resolved", ...source };
    } catch (error) {
      const known: unknown = late.signal.aborted ? late.signal.reason : error;
      if (known instanceof SourceError) return { kind: "failed", reason: known.reason, message: known.message };
      if (!this.#stop.signal.aborted) this.#options.onError(known);
      return { kind: "failed", reason: "Unknown", message: "the source could not be resolved for an unknown reason" };
    } finally {
      landed.abort();
    }
  }
}

/** `work`, or the signal's reason when it aborts first: a resolver that ignores its signal holds nobody up. */
function abortable<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason as Error);
    if (signal.aborted) onAbort();
    signal.addEventListener("abort", onAbort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort));
  });
}

function secretFailure(name: string, error: unknown): SourceSeen {
  if (isKubeError(error, "NotFound")) {
    return {
      kind: "failed",
      reason: "SecretMissing",
      message: `the Secret ${name} with the Git credentials does not exist`,
    };
  }
  if (isKubeError(error, "Forbidden", "Unauthorized")) {
    return {
      kind: "failed",
      reason: "ApiForbidden",
      message: `the operator may not read the Secret ${name} with the Git credentials`,
    };
  }
  return {
    kind: "failed",
    reason: "ApiTransient",
    message: `the Secret ${name} with the Git credentials could not be read`,
  };
}

/** Names the question without keeping the credentials as text in a key. */
function digestOf(parts: unknown): string {
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex");
}
