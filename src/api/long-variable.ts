/** Longest value of one variable, in bytes. Linux takes 128 KiB, name included. */
const MAX_VALUE_BYTES = 100 * 1024;

/** An environment variable of a container. */
export interface Variable {
  readonly name: string;
  readonly value: string;
}

/** Variables by name, as `process.env` has them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Variables that carry a value as JSON without a dollar sign, because the kubelet expands `$(NAME)` in them. What is
 * longer than a variable may be goes on in `NAME_2`, `NAME_3` and so on.
 */
export function longVariable(name: string, value: unknown): Variable[] {
  const text = JSON.stringify(value).replaceAll("$", "\\u0024");
  return pieces(Buffer.from(text)).map((piece, index) => ({ name: numbered(name, index), value: piece }));
}

/** The JSON that {@link longVariable} made; `undefined` where there is none. */
export function longVariableIn(name: string, environment: Environment): string | undefined {
  let text: string | undefined;
  for (let index = 0; environment[numbered(name, index)] !== undefined; index++) {
    text = `${text ?? ""}${environment[numbered(name, index)]}`;
  }
  return text;
}

function numbered(name: string, index: number): string {
  return index === 0 ? name : `${name}_${index + 1}`;
}

/** Pieces of at most {@link MAX_VALUE_BYTES}, cut between characters. */
function pieces(bytes: Buffer): string[] {
  const texts: string[] = [];
  for (let start = 0; start < bytes.length; ) {
    let end = Math.min(start + MAX_VALUE_BYTES, bytes.length);
    while (end < bytes.length && ((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
    texts.push(bytes.toString("utf8", start, end));
    start = end;
  }
  return texts;
}
