/**
 * The answer to each job's current question. A ticket names the question: another ticket is another question, even with the
 * same words. What is kept here is lost in a crash and simply asked again.
 */
export class TicketedAnswers<A> {
  readonly #records = new Map<string, { readonly ticket: string; seen: A }>();

  /** @param onAnswer called when the answer to a job's question is there */
  constructor(private readonly onAnswer: (jobUid: string) => void) {}

  /**
   * Puts a job's question, unless it was put already.
   * @param pending what is seen until then
   * @param answer does not reject; `undefined` = nobody will be told
   */
  ask(jobUid: string, ticket: string, pending: A, answer: () => Promise<A | undefined>): void {
    if (this.#records.get(jobUid)?.ticket === ticket) return;
    const record = { ticket, seen: pending };
    this.#records.set(jobUid, record);
    void answer().then((seen) => {
      if (seen === undefined) return;
      record.seen = seen;
      if (this.#records.get(jobUid) === record) this.onAnswer(jobUid);
    });
  }

  /** What is known about a job's question; `undefined` = it was not put. */
  look(jobUid: string, ticket: string): A | undefined {
    const record = this.#records.get(jobUid);
    return record?.ticket === ticket ? record.seen : undefined;
  }

  /** The job is gone. */
  forget(jobUid: string): void {
    this.#records.delete(jobUid);
  }
}
