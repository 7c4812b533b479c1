import type { Clock } from "../kube/clock.js";
import type { SourceSeen } from "./decide/observation.js";
import { Flights } from "./flights.js";
import { questionKey } from "./question-key.js";
import { type ReadSecret, readCredentialsSecret } from "./read-credentials.js";
import { SourceError, type SourceRequest, type SourceResolver } from "./source-resolver.js";
import { TicketedAnswers } from "./ticketed-answers.js";

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
  readonly readSecret: ReadSecret;
  /** Called when the answer to a job's question is there. */
  readonly onAnswer: (jobUid: string) => void;
  /** Told of errors that a resolver should not throw. @default ignored */
  readonly onError?: (error: unknown) => void;
  /** Questions to Git at a time. @default 8 */
  readonly concurrency?: number;
  /** Longest wait for one answer, in milliseconds. @default 60000 */
  readonly timeoutMs?: number;
}

/**
 * Asks Git for commits in the background and keeps each job's answer until the job asks something else.
 * Jobs that ask the same thing share one answer, but only one whose question was put after they asked: a job made right
 * after a push never gets the commit from before it.
 */
export class SourceDesk {
  readonly #options: Required<SourceDeskOptions>;
  readonly #answers: TicketedAnswers<SourceSeen>;
  readonly #flights: Flights<SourceSeen>;

  constructor(options: SourceDeskOptions) {
    this.#options = { concurrency: 8, timeoutMs: 60_000, onError: () => undefined, ...options };
    const { clock, concurrency, timeoutMs, onAnswer } = this.#options;
    this.#answers = new TicketedAnswers(onAnswer);
    const late = () => new SourceError("GitNetwork", `Git did not answer within ${timeoutMs / 1000} s`);
    this.#flights = new Flights({ clock, concurrency, timeoutMs, late });
  }

  /**
   * Puts a job's question, unless it was put already.
   * @param ticket names the question: another ticket is another question, even with the same words
   */
  ask(jobUid: string, ticket: string, question: SourceQuestion): void {
    if (this.#flights.isStopped) return;
    this.#answers.ask(jobUid, ticket, { kind: "resolving" }, async () => {
      const seen = await this.#find(question, question.namespace);
      return this.#flights.isStopped ? undefined : seen;
    });
  }

  /**
   * Asks right now, on behalf of jobs that wait for the source to come back. They have a turn beside that of their
   * namespace: however many of them look in vain, its other jobs need not wait for that. Does not reject.
   */
  async find(question: SourceQuestion): Promise<SourceSeen> {
    return this.#find(question, `waiting in ${question.namespace}`);
  }

  /** @param payer whose turn it takes */
  async #find({ namespace, golden, ...notebook }: SourceQuestion, payer: string): Promise<SourceSeen> {
    if (golden === undefined) return this.#commitOf(namespace, notebook, payer);
    const [source, second] = await Promise.all([
      this.#commitOf(namespace, notebook, payer),
      this.#commitOf(namespace, golden, payer),
    ]);
    if (source.kind !== "resolved") return source;
    if (second.kind === "failed") return { ...second, message: `golden notebook: ${second.message}` };
    if (second.kind !== "resolved") return second;
    const { commit, warning } = second;
    return { ...source, golden: { commit, ...(warning !== undefined && { warning: `golden notebook: ${warning}` }) } };
  }

  /** What is known about a job's question. */
  look(jobUid: string, ticket: string): SourceSeen {
    return this.#answers.look(jobUid, ticket) ?? { kind: "unasked" };
  }

  /** The job is gone. */
  forget(jobUid: string): void {
    this.#answers.forget(jobUid);
  }

  /** Ends everything under way; nothing is answered any more. */
  stop(): void {
    this.#flights.stop();
  }

  async #commitOf(namespace: string, { url, ref, credentialsSecret }: Place, payer: string): Promise<SourceSeen> {
    let request: SourceRequest = { url, ref };
    if (credentialsSecret !== undefined) {
      const { readSecret } = this.#options;
      const secret = await readCredentialsSecret(readSecret, namespace, credentialsSecret, "the Git credentials");
      if (secret.kind === "failed") return secret;
      request = { ...request, credentials: secret.data };
    }
    try {
      return await this.#flights.fly(
        questionKey([url, ref, request.credentials]),
        (signal) => this.#resolve(request, signal),
        [payer],
      );
    } catch (error) {
      return failedSource(error);
    }
  }

  async #resolve(request: SourceRequest, signal: AbortSignal): Promise<SourceSeen> {
    try {
      return { kind: "resolved", ...(await this.#options.resolver.resolve(request, signal)) };
    } catch (error) {
      if (!signal.aborted && !(error instanceof SourceError)) this.#options.onError(error);
      throw error;
    }
  }
}

function failedSource(error: unknown): SourceSeen {
  if (error instanceof SourceError) return { kind: "failed", reason: error.reason, message: error.message };
  return { kind: "failed", reason: "Unknown", message: "the source could not be resolved for an unknown reason" };
}
