import type { Clock } from "../kube/clock.js";
import { type BranchesRequest, type BranchReader, REFS_PER_QUESTION } from "./branch-reader.js";
import type { FollowedRef } from "./decide/observation.js";
import { Flights, type FlightsOptions } from "./flights.js";
import { questionKey } from "./question-key.js";

/** What jobs want to know of one repository. */
export interface BranchesWanted extends Omit<BranchesRequest, "refs"> {
  /** The namespaces whose jobs follow it, by reference. */
  readonly followers: ReadonlyMap<string, ReadonlySet<string>>;
}

/** What came of asking about a repository. */
export interface BranchAnswers {
  /** Where the references are: of those about which nobody could tell, what was known before. */
  readonly refs: ReadonlyMap<string, FollowedRef>;
  /** Why nobody could tell about some; absent when all was told. */
  readonly failure?: unknown;
}

/**
 * Asks remotes where branches are, so many references at a time, each question within a time of its own: who follows a
 * thousand of them keeps nobody from the answer about one. Namespaces take turns: remotes that one of them names, and that
 * never answer, must not be waited for by all.
 */
export class BranchQuestions {
  readonly #reader: BranchReader;
  readonly #clock: Clock;
  readonly #flights: Flights<ReadonlyMap<string, FollowedRef>>;

  constructor(reader: BranchReader, options: FlightsOptions) {
    this.#reader = reader;
    this.#clock = options.clock;
    this.#flights = new Flights(options);
  }

  /** Whether {@link stop} was called. */
  get isStopped(): boolean {
    return this.#flights.isStopped;
  }

  /** Ends everything under way. */
  stop(): void {
    this.#flights.stop();
  }

  /** @throws what the reader throws when no question was answered */
  async ask(wanted: BranchesWanted, before: ReadonlyMap<string, FollowedRef>): Promise<BranchAnswers> {
    const { followers, ...place } = wanted;
    const refs = [...followers.keys()].sort();
    const questions: string[][] = [];
    for (let from = 0; from < refs.length; from += REFS_PER_QUESTION)
      questions.push(refs.slice(from, from + REFS_PER_QUESTION));
    const answers = await Promise.allSettled(
      questions.map((some) => {
        const payers = new Set(some.flatMap((ref) => [...(followers.get(ref) ?? [])]));
        return this.#answer({ ...place, refs: some }, payers);
      }),
    );
    const failed = answers.find((answer) => answer.status === "rejected");
    if (failed !== undefined && answers.every(({ status }) => status === "rejected")) throw failed.reason;
    const told = new Map<string, FollowedRef>();
    questions.forEach((some, index) => {
      const answer = answers[index];
      const known = answer?.status === "fulfilled" ? answer.value : before;
      for (const ref of some) {
        const seen = known.get(ref);
        if (seen !== undefined) told.set(ref, seen);
      }
    });
    return { refs: told, ...(failed !== undefined && { failure: failed.reason }) };
  }

  #answer(request: BranchesRequest, payers: ReadonlySet<string>): Promise<ReadonlyMap<string, FollowedRef>> {
    const { url, credentials, refs } = request;
    const work = async (signal: AbortSignal): Promise<ReadonlyMap<string, FollowedRef>> => {
      const askedAt = this.#clock.now();
      const commits = await this.#reader.branches(request, signal);
      return new Map([...commits].map(([ref, commit]) => [ref, { url, ref, commit, askedAt }]));
    };
    return this.#flights.fly(questionKey([url, credentials, refs]), work, [...payers]);
  }
}
