import { InvalidRequirement } from "./invalid-requirement.js";

/** Reads a text from left to right by sticky patterns. */
export class TokenReader {
  private position = 0;

  constructor(private readonly text: string) {}

  get isAtEnd(): boolean {
    return this.position === this.text.length;
  }

  /** What is left, at most 30 characters of it, for messages. */
  get rest(): string {
    return this.text.slice(this.position, this.position + 30);
  }

  /** Whether `pattern` (sticky) matches here. */
  sees(pattern: RegExp): boolean {
    pattern.lastIndex = this.position;
    return pattern.test(this.text);
  }

  /** What `pattern` (sticky) matches here, which is then read. */
  take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.position;
    const found = pattern.exec(this.text)?.[0];
    if (found !== undefined) this.position += found.length;
    return found;
  }

  /** @throws InvalidRequirement when `pattern` does not match here */
  expect(pattern: RegExp, what: string, fix?: string): string {
    const found = this.take(pattern);
    if (found === undefined) throw new InvalidRequirement(`has ${this.shown()} where ${what} is expected`, fix);
    return found;
  }

  /** Reads spaces and tabs, if there are any. */
  skipSpace(): void {
    this.take(SPACE);
  }

  private shown(): string {
    return this.isAtEnd ? "its end" : JSON.stringify(this.rest);
  }
}

const SPACE = /[ \t]+/y;
