/**
 * Limits of the API server: it may cut a warning after 256 characters, and drops what goes beyond 4096 characters of all
 * webhooks together (https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/#response).
 */
const MAX_LENGTH = 256;
const MAX_TOTAL = 3584;

/** Warnings as the API server passes them on: each once, on one line, within its limits, the first ones first. */
export function warningList(warnings: readonly string[]): string[] {
  const kept: string[] = [];
  let total = 0;
  const all = [...new Set(warnings.map(asHeaderText))];
  for (const [index, warning] of all.entries()) {
    total += [...warning].length;
    if (total > MAX_TOTAL) {
      kept.push(`and ${all.length - index} more warnings: nbv check lists them all`);
      break;
    }
    kept.push(warning);
  }
  return kept;
}

/** Warnings travel in HTTP headers: control characters would make them be dropped. */
function asHeaderText(warning: string): string {
  const characters = [...warning.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\s]+/gu, " ").trim()];
  return characters.length <= MAX_LENGTH ? characters.join("") : `${characters.slice(0, MAX_LENGTH - 1).join("")}…`;
}
