/** What a {@link UserError} says. */
export interface UserErrorText {
  /** What is wrong, one sentence without a final full stop. */
  readonly what: string;
  /** Places: `file:line:column`, field paths, object names. @default [] */
  readonly where?: readonly string[];
  /** What to do about it: a command or an action. */
  readonly fix?: string;
}

/**
 * A mistake in what somebody gave us. One shape for the CLI (which prints it without a stack trace and exits 2),
 * the webhook, conditions and events. Never carries secrets.
 */
export class UserError extends Error {
  override readonly name = "UserError";
  readonly what: string;
  readonly where: readonly string[];
  readonly fix: string | undefined;

  constructor(text: UserErrorText) {
    const where = text.where ?? [];
    super(
      [text.what, ...where.map((place) => `  at ${place}`), ...(text.fix ? [`  fix: ${text.fix}`] : [])].join("\n"),
    );
    this.what = text.what;
    this.where = where;
    this.fix = text.fix;
  }
}
