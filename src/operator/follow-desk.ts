import type { Clock } from "../kube/clock.js";
import { equalJson } from "../kube/json.js";
import { type BranchAnswers, type BranchesWanted, BranchQuestions } from "./branch-questions.js";
import type { BranchReader } from "./branch-reader.js";
import type { FollowedRef, FollowedSeen } from "./decide/observation.js";
import { DueTimes } from "./due-times.js";
import { type FollowedPlace, type FollowingJob, placesOf } from "./following-job.js";
import { MoveLimit } from "./move-limit.js";
import { questionKey } from "./question-key.js";
import { type ReadSecret, readCredentialsSecret } from "./read-credentials.js";
import { SourceError } from "./source-resolver.js";

export interface FollowDeskOptions {
  readonly reader: BranchReader;
  readonly clock: Clock;
  readonly readSecret: ReadSecret;
  /** Called when a branch is elsewhere than at the commit of the job's run. */
  readonly onMove: (jobUid: string) => void;
  /**
   * Told once when a repository can't be asked any more, or not about some of its branches, and of every error that a reader
   * should not throw. @default ignored
   */
  readonly onError?: (error: unknown, url: string) => void;
  /**
   * Longest time from one question about a repository that answers to the next, and least time from one move that a job is
   * told of to the next, in milliseconds; at least a second.
   */
  readonly intervalMs: number;
  /** Questions to Git at a time. @default 1 */
  readonly concurrency?: number;
  /** Longest wait for one answer, in milliseconds. @default 15000 */
  readonly timeoutMs?: number;
}

/** From one question about a repository to the next, however often somebody says that it changed; milliseconds. */
const SHORTEST_MS = 1_000;
/**
 * Before a repository is asked again that gave no answer, twice as long each time, or another answer than the run got, as
 * servers do that don't copy at once; milliseconds.
 */
const SECOND_TRY_MS = 15_000;
/** Longest wait before a repository is asked again that gives no answer, or the interval if that is longer; milliseconds. */
const LONGEST_PAUSE_MS = 60 * 60_000;

/** A repository as it is seen with one set of credentials, for all jobs that follow it so. */
interface Repository {
  readonly url: string;
  readonly namespace: string;
  readonly credentialsSecret: string | undefined;
  readonly jobs: Set<string>;
  /** By reference. */
  answers: ReadonlyMap<string, FollowedRef>;
  /** By {@link Clock.elapsed}, as all times that are waited for. */
  askedAt: number | undefined;
  failures: number;
  /** {@link FollowDeskOptions.onError} was told since the last time that all was answered. */
  isReported: boolean;
  dueAt: number;
  isAsking: boolean;
}

/**
 * Asks remotes in the background where the branches are that jobs follow: every so often, together for all branches of
 * a repository that jobs may see with the same credentials, and at once when somebody says that a branch has moved. Keeps
 * nothing that has to outlive the process: after a restart everything is asked about again.
 */
export class FollowDesk {
  readonly #options: Required<FollowDeskOptions>;
  readonly #jobs = new Map<string, FollowingJob>();
  readonly #repositories = new Map<string, Repository>();
  readonly #due = new DueTimes();
  readonly #questions: BranchQuestions;
  readonly #moves: MoveLimit;
  #alarm: { readonly at: number; readonly off: AbortController } | undefined;

  constructor(options: FollowDeskOptions) {
    const intervalMs = Math.max(options.intervalMs, SHORTEST_MS);
    this.#options = { concurrency: 1, timeoutMs: 15_000, onError: () => undefined, ...options, intervalMs };
    const { clock, concurrency, reader, timeoutMs } = this.#options;
    const late = () => new SourceError("GitNetwork", `Git did not answer within ${timeoutMs / 1000} s`);
    this.#questions = new BranchQuestions(reader, { clock, concurrency, timeoutMs, late });
    this.#moves = new MoveLimit(intervalMs);
  }

  /** A job that follows branches is there, or has changed. One that follows none any more is forgotten. */
  watch(job: FollowingJob): void {
    if (this.#questions.isStopped) return;
    const before = this.#jobs.get(job.uid);
    if (before !== undefined && equalJson(before, job)) return;
    const keys = placesOf(job).map((place) => repositoryKey(job, place));
    if (before !== undefined) this.#leave(before, keys);
    if (keys.length === 0) {
      this.#jobs.delete(job.uid);
      this.#moves.forget(job.uid);
      return;
    }
    this.#jobs.set(job.uid, job);
    const isMarked = job.mark !== undefined && job.mark !== before?.mark;
    for (const place of placesOf(job)) {
      const repository = this.#join(job, place);
      if (isMarked) this.#askSoon(repositoryKey(job, place), SHORTEST_MS);
      else if (this.#isContradicted(repository, place, job)) this.#askSoon(repositoryKey(job, place), SECOND_TRY_MS);
    }
    // A run that is being looked up sees for itself, and who says that it changed is to have a new answer.
    const isKnown = placesOf(job).some(({ commit }) => commit !== undefined);
    if (isKnown && !isMarked) this.#moves.tell(job, this.#answersFor(job), this.#options.clock.now());
  }

  /** Where the job's branches were when the remote was asked, as far as the job may be told already ({@link MoveLimit}). */
  look(jobUid: string): FollowedSeen {
    return this.#moves.look(jobUid);
  }

  #answersFor(job: FollowingJob): FollowedSeen {
    const told = (place: FollowedPlace | undefined) =>
      place && this.#repositories.get(repositoryKey(job, place))?.answers.get(place.ref);
    const [notebook, golden] = [told(job.notebook), told(job.golden)];
    return { ...(notebook && { notebook }), ...(golden && { golden }) };
  }

  /** The job is gone. */
  forget(jobUid: string): void {
    const job = this.#jobs.get(jobUid);
    this.#jobs.delete(jobUid);
    this.#moves.forget(jobUid);
    if (job !== undefined) this.#leave(job, []);
  }

  /** Ends everything under way; nothing is asked any more. */
  stop(): void {
    this.#questions.stop();
    this.#alarm?.off.abort();
    this.#alarm = undefined;
  }

  #join(job: FollowingJob, place: FollowedPlace): Repository {
    const key = repositoryKey(job, place);
    const known = this.#repositories.get(key);
    known?.jobs.add(job.uid);
    if (known !== undefined) return known;
    const { clock, intervalMs } = this.#options;
    const repository: Repository = {
      url: place.url,
      namespace: job.namespace,
      credentialsSecret: place.credentialsSecret,
      jobs: new Set([job.uid]),
      answers: new Map(),
      askedAt: undefined,
      failures: 0,
      isReported: false,
      dueAt: Number.POSITIVE_INFINITY,
      isAsking: false,
    };
    this.#repositories.set(key, repository);
    // The run's own question was the first one.
    const ageMs = Math.max(clock.now() - (job.resolvedAt ?? clock.now()), 0);
    this.#askAt(key, repository, clock.elapsed() + Math.max(intervalMs - ageMs, 0));
    return repository;
  }

  #leave(job: FollowingJob, keys: readonly string[]): void {
    for (const place of placesOf(job)) {
      const key = repositoryKey(job, place);
      if (keys.includes(key)) continue;
      const repository = this.#repositories.get(key);
      repository?.jobs.delete(job.uid);
      if (repository?.jobs.size === 0) this.#repositories.delete(key);
    }
  }

  /** Whether the answer is another one than the run's, and older: which of both is right has to be asked. */
  #isContradicted({ answers }: Repository, { ref, commit }: FollowedPlace, { resolvedAt }: FollowingJob): boolean {
    const told = answers.get(ref);
    if (told === undefined || commit === undefined || resolvedAt === undefined) return false;
    return told.commit !== commit && told.askedAt <= resolvedAt;
  }

  /** @param leastMs time since the last question */
  #askSoon(key: string, leastMs: number): void {
    const repository = this.#repositories.get(key);
    if (repository === undefined) return;
    const { askedAt = Number.NEGATIVE_INFINITY } = repository;
    this.#askAt(key, repository, Math.max(askedAt + leastMs, this.#options.clock.elapsed()));
  }

  /** Asks at that time, if not before. */
  #askAt(key: string, repository: Repository, at: number): void {
    if (at >= repository.dueAt) return;
    repository.dueAt = at;
    this.#due.add(key, at);
    this.#setAlarm();
  }

  #setAlarm(): void {
    const { clock } = this.#options;
    const at = this.#due.first;
    if (at === undefined || this.#questions.isStopped || (this.#alarm !== undefined && this.#alarm.at <= at)) return;
    this.#alarm?.off.abort();
    const off = new AbortController();
    this.#alarm = { at, off };
    clock.sleep(at - clock.elapsed(), off.signal).then(
      () => {
        this.#alarm = undefined;
        this.#askWhatIsDue();
      },
      () => undefined,
    );
  }

  #askWhatIsDue(): void {
    const now = this.#options.clock.elapsed();
    for (let key = this.#due.take(now); key !== undefined; key = this.#due.take(now)) {
      const repository = this.#repositories.get(key);
      // It is gone, or was asked earlier than had been planned; one that is being asked comes again afterwards.
      if (repository === undefined || repository.dueAt > now || repository.isAsking) continue;
      void this.#ask(key, repository);
    }
    this.#setAlarm();
  }

  async #ask(key: string, repository: Repository): Promise<void> {
    const { clock, intervalMs } = this.#options;
    repository.isAsking = true;
    repository.dueAt = Number.POSITIVE_INFINITY;
    repository.askedAt = clock.elapsed();
    const answer: Partial<BranchAnswers> = await this.#answer(key, repository).catch((failure: unknown) => ({
      failure,
    }));
    repository.isAsking = false;
    if (this.#questions.isStopped || this.#repositories.get(key) !== repository) return;
    this.#told(repository, answer);
    const { failures, dueAt } = repository;
    const pauseMs = Math.min(SECOND_TRY_MS * 2 ** (failures - 1), Math.max(LONGEST_PAUSE_MS, intervalMs));
    const waitMs = failures === 0 ? intervalMs : pauseMs;
    repository.dueAt = Number.POSITIVE_INFINITY;
    // Somebody may have said meanwhile that it changed.
    this.#askAt(key, repository, Math.min(dueAt, clock.elapsed() + waitMs));
  }

  #told(repository: Repository, answer: Partial<BranchAnswers>): void {
    const { refs, failure } = answer;
    if ("failure" in answer && !(repository.isReported && failure instanceof SourceError)) {
      this.#options.onError(failure ?? new Error("no reason"), repository.url);
    }
    repository.isReported = "failure" in answer;
    repository.failures = refs === undefined ? repository.failures + 1 : 0;
    if (refs === undefined) return;
    repository.answers = refs;
    for (const uid of repository.jobs) {
      const job = this.#jobs.get(uid);
      if (job !== undefined && this.#moves.tell(job, this.#answersFor(job), this.#options.clock.now()))
        this.#options.onMove(uid);
    }
  }

  async #answer(key: string, repository: Repository): Promise<BranchAnswers> {
    const { readSecret } = this.#options;
    const { url, namespace, credentialsSecret, answers } = repository;
    let wanted: BranchesWanted = { url, followers: this.#followersOf(key, repository) };
    if (credentialsSecret !== undefined) {
      const secret = await readCredentialsSecret(readSecret, namespace, credentialsSecret, "the Git credentials");
      if (secret.kind === "failed") throw new SourceError("SecretMissing", secret.message);
      wanted = { ...wanted, credentials: secret.data };
    }
    return await this.#questions.ask(wanted, answers);
  }

  #followersOf(key: string, { jobs }: Repository): Map<string, Set<string>> {
    const followers = new Map<string, Set<string>>();
    for (const uid of jobs) {
      const job = this.#jobs.get(uid);
      if (job === undefined) continue;
      for (const place of placesOf(job)) {
        if (repositoryKey(job, place) !== key) continue;
        followers.set(place.ref, (followers.get(place.ref) ?? new Set()).add(job.namespace));
      }
    }
    return followers;
  }
}

/** Public repositories are the same for all namespaces. */
function repositoryKey({ namespace }: FollowingJob, { url, credentialsSecret }: FollowedPlace): string {
  return questionKey(credentialsSecret === undefined ? [url] : [url, namespace, credentialsSecret]);
}
