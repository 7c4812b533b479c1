/** Exit codes of every command. */
export const EXIT = {
  /** Yes; success. */
  yes: 0,
  /** A negative verdict: the input was understood, and the answer is no. */
  no: 1,
  /** Usage, bad input or environment: there is no answer. */
  unusable: 2,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
