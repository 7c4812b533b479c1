/**
 * The answers to each job's current questions. A ticket names a question: another ticket is another question, even with the
 * same words. What is kept here is lost in a crash and simply asked again.
 */
export class TicketedAnswers<A> {
  /** By job and by ticket, the oldest first. */
  readonly #records = new Map<string, Map<string, { seen: A }>>();

  /**
   * @param onAnswer called when the answer to a job's question is there
   * @param perJob questions of one job that are remembered; one more drops the oldest. @default 1
   */
  constructor(
    private readonly onAnswer: (jobUid: string) => void,
    private readonly perJob = 1,
  ) {}

  /**
   * Puts a job's question, unless it was put already.
   * @param pending what is seen until then
   * @param answer does not reject; `undefined` = nobody will be told
   */
  ask(jobUid: string, ticket: string, pending: A, answer: () => Promise<A | undefined>): void {
    const records = this.#records.get(jobUid) ?? new Map<string, { seen: A }>();
    if (records.has(ticket)) return;
    this.#records.set(jobUid, records);
    const record = { seen: pending };
    records.set(ticket, record);
    const [oldest] = records.keys();
    if (records.size > this.perJob && oldest !== undefined) records.delete(oldest);
    void answer().then((seen) => {
      if (seen === undefined) return;
      record.seen = seen;
      if (this.#records.get(jobUid)?.get(ticket) === record) this.onAnswer(jobUid);
    });
  }

  /** What is known about a job's question; `undefined` = it was not put. */
  look(jobUid: string, ticket: string): A | undefined {
    return this.#records.get(jobUid)?.get(ticket)?.seen;
  }

  /** The job is gone. */
  forget(jobUid: string): void {
    this.#records.delete(jobUid);
  }
}
