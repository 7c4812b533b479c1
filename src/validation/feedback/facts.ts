import { headUtf8 } from "../../api/utf8.js";

/** What is known of one case: a finding's evidence, or what an error's message tells. */
export type Facts = Readonly<Record<string, string | number | boolean | null | undefined>>;

const IDENTIFIER =
  "[A-Za-z_\\u00c0-\\u024f\\u0370-\\u03ff\\u0400-\\u04ff][A-Za-z0-9_\\u00c0-\\u024f\\u0370-\\u03ff\\u0400-\\u04ff]{0,63}";
const DOTTED = `${IDENTIFIER}(?:\\.${IDENTIFIER}){0,7}`;
/** May stand between any quotes of Python, also of an f-string. */
const QUOTED = "[^\"'\\\\{}%\\u0000-\\u001f\\u007f-\\u009f\\u2028\\u2029\\ud800-\\udfff]{1,100}";
const NUMBER = "-?[0-9]{1,15}(?:\\.[0-9]{1,15})?";

/**
 * How a fact must look to stand in an example: an example has to stay Python whatever a notebook calls its things. A
 * fact without a form stands in no example. Expressions that JavaScript and Python read alike, for the whole text.
 */
export const CODE_FORMS: Readonly<Record<string, string>> = {
  name: IDENTIFIER,
  function: IDENTIFIER,
  variable: IDENTIFIER,
  call: DOTTED,
  type: DOTTED,
  file: QUOTED,
  path: QUOTED,
  command: QUOTED,
  column: QUOTED,
  text: QUOTED,
  distribution: "[A-Za-z0-9][A-Za-z0-9._-]{0,127}",
  line: NUMBER,
  code: NUMBER,
  exitCode: NUMBER,
  fraction: NUMBER,
};

/** Longest fact in a sentence, in bytes. */
export const MAX_FACT_BYTES = 200;

const FORMS: ReadonlyMap<string, RegExp> = new Map(
  Object.entries(CODE_FORMS).map(([name, form]) => [name, new RegExp(`^(?:${form})$`, "u")]),
);

/** `facts` as sentences may say them: texts on one line, not too long. */
export function proseFacts(facts: Facts): ReadonlyMap<string, string> {
  return new Map(texts(facts).map(([name, text]) => [name, headUtf8(text.replace(/\s+/g, " "), MAX_FACT_BYTES)]));
}

/** The facts that may stand in an example. */
export function codeFacts(facts: Facts): ReadonlyMap<string, string> {
  return new Map(texts(facts).filter(([name, text]) => FORMS.get(name)?.test(text)));
}

function texts(facts: Facts): [string, string][] {
  return Object.entries(facts).flatMap(([name, fact]): [string, string][] => {
    return fact === undefined || fact === null || typeof fact === "boolean" ? [] : [[name, String(fact)]];
  });
}
