import { KubeError } from "./kube-error.js";

/** One condition of a field selector. */
export interface FieldRequirement {
  readonly field: string;
  readonly equal: boolean;
  readonly value: string;
}

/**
 * Parses Kubernetes' field selector grammar: `a=b`, `a==b`, `a!=b`, joined by commas; `\\`, `\,` and `\=` are escapes.
 * @throws KubeError `BadRequest`
 */
export function parseFieldSelector(text: string): FieldRequirement[] {
  return splitTerms(text)
    .filter((term) => term !== "")
    .map((term) => {
      const match = /^((?:[^=!\\]|\\.)*)(==|!=|=)((?:[^\\]|\\.)*)$/s.exec(term);
      if (match?.[1] === undefined)
        throw badSelector(text, `${JSON.stringify(term)} is not field=value or field!=value`);
      return { field: match[1].trim(), equal: match[2] !== "!=", value: unescape(text, match[3] ?? "") };
    });
}

function splitTerms(text: string): string[] {
  const terms = [""];
  for (let at = 0; at < text.length; at++) {
    if (text[at] === ",") terms.push("");
    else {
      const step = text[at] === "\\" ? text.slice(at, at + 2) : text.charAt(at);
      at += step.length - 1;
      terms[terms.length - 1] += step;
    }
  }
  return terms;
}

function unescape(text: string, value: string): string {
  if (/(^|[^\\])(\\\\)*=/.test(value)) throw badSelector(text, 'a value may contain "=" only as "\\="');
  return value.replaceAll(/\\(.?)/g, (escape, character: string) => {
    if (!"\\,=".includes(character) || character === "")
      throw badSelector(text, `unknown escape ${JSON.stringify(escape)}`);
    return character;
  });
}

function badSelector(text: string, problem: string): KubeError {
  return new KubeError({ reason: "BadRequest", message: `unable to parse field selector "${text}": ${problem}` });
}
