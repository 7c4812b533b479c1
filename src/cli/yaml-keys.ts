import { type Document, isScalar, Scalar, visit } from "yaml";

/** A key that doesn't mean what its author wrote. */
export interface KeyMistake {
  /** Place in the text. */
  readonly offset: number;
  /** One sentence for people. */
  readonly message: string;
}

/**
 * The first key of the document that Kubernetes would read as something else, or that repeats another one.
 * YAML 1.1 has words such as `n` and `on` for true and false: `kubectl` makes the field "false" of a key `n`.
 * What is read as something else explains more than the repetition that may follow from it, and goes first. Repetitions are
 * looked for here because the parser's own search takes quadratic time.
 */
export function keyMistake(document: Document.Parsed): KeyMistake | undefined {
  let misread: KeyMistake | undefined;
  let repeated: KeyMistake | undefined;
  visit(document, {
    Map(_, { items }) {
      const seen = new Set<unknown>();
      for (const { key } of items) {
        if (!isScalar(key)) continue;
        const offset = key.range?.[0] ?? 0;
        if (seen.has(key.value)) {
          repeated ??= { offset, message: `the key ${written(key)} appears twice in the same object` };
        }
        seen.add(key.value);
        const message = misreading(key);
        if (message === undefined) continue;
        misread = { offset, message };
        return visit.BREAK;
      }
      return undefined;
    },
  });
  return misread ?? repeated;
}

function misreading(key: Scalar): string | undefined {
  const { value, source = "" } = key;
  if (key.type !== Scalar.PLAIN || (typeof value !== "boolean" && value !== null)) return undefined;
  // `true: …` becomes the field "true", as written. For null Kubernetes has no field at all.
  if (source === String(value) && value !== null) return undefined;
  if (source === "") return 'an empty key is read as null by Kubernetes; write "" or the name that is missing';
  const meaning = value === null ? "null" : `the boolean ${String(value)}`;
  return `the key ${source} is read as ${meaning} by Kubernetes; write "${source}" in quotes`;
}

function written(key: Scalar): string {
  return key.source === undefined || key.source === "" ? JSON.stringify(key.value) : key.source;
}
