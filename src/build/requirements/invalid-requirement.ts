/** A line that pip would refuse. Caught by the reader, which adds where the line is. */
export class InvalidRequirement extends Error {
  override readonly name = "InvalidRequirement";

  constructor(
    /** One clause that goes on after the line's text: "is not a version". */
    message: string,
    readonly fix?: string,
    /** Whether a path of the repository is meant that is not there: perhaps pip has to run in another directory. */
    readonly isPathMissing = false,
  ) {
    super(message);
  }
}
