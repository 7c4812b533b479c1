/** What stands in place of a secret. */
export const REDACTED = "[redacted]";

/** Shorter values are not looked for: replacing them would tear ordinary words apart. */
const MIN_VALUE_LENGTH = 4;

/** Shapes that are secrets wherever they appear. Each reads its text once: none can hang on a hostile message. */
const SECRET_SHAPES: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z0-9 ]{0,40}PRIVATE KEY-----|$)/g, REDACTED],
  // A password may have an @ or / in it, so everything up to the last @ goes; ports are no passwords.
  [/\b([a-z][a-z0-9+.-]{1,20}:\/\/)[^\s/:@]{0,256}:(?!\d{1,5}(?:[/?#\s]|$))[^\s"'<>]{0,1024}@/gi, `$1${REDACTED}@`],
  [/\b(https?:\/\/)[^\s/:@]{1,1024}@/gi, `$1${REDACTED}@`],
  [
    /([?&](?:[a-z0-9_.-]{0,40}(?:token|secret|password|passwd|signature|credential|api_?key)|sig|key|pwd)=)[^&\s"'#]{1,4096}/gi,
    `$1${REDACTED}`,
  ],
  [
    /\b(authorization["']?\s{0,5}[:=]\s{0,5}["']?(?:basic|bearer|token|negotiate)?\s{0,5})[^\s"',;]{4,4096}/gi,
    `$1${REDACTED}`,
  ],
  [/\b((?:bearer|basic)\s{1,5})[A-Za-z0-9._~+/=-]{16,4096}/gi, `$1${REDACTED}`],
  [
    /\b(?:gh[pousr]_[A-Za-z0-9]{20,255}|github_pat_[A-Za-z0-9_]{20,255}|gl(?:pat|dt|cbt|rt|ptt|ft|soat|imt)-[A-Za-z0-9_.-]{16,255})/g,
    REDACTED,
  ],
  [/\b(?:AKIA|ASIA|AROA|AIDA)[A-Z0-9]{16}\b/g, REDACTED],
  [/\bAIza[A-Za-z0-9_-]{35}/g, REDACTED],
  [
    /\b(?:hf_[A-Za-z0-9]{20,255}|sk-[A-Za-z0-9_-]{20,255}|xox[abeoprs]-[A-Za-z0-9-]{10,255}|npm_[A-Za-z0-9]{30,255}|pypi-[A-Za-z0-9_-]{40,1024}|dckr_pat_[A-Za-z0-9_-]{20,255}|sha256~[A-Za-z0-9_-]{30,255})/g,
    REDACTED,
  ],
  [/\beyJ[A-Za-z0-9_-]{8,4096}\.[A-Za-z0-9_-]{8,8192}(?:\.[A-Za-z0-9_-]{0,4096})?/g, REDACTED],
  [
    /\b((?:[a-z0-9]{1,40}[_-]){0,4}(?:password|passwd|secret|token|api[_-]?key|access[_-]?key|private[_-]?key)["']?\s{0,5}[:=]\s{0,5}["']?)(?!\[redacted\])[^\s"',;&]{4,4096}/gi,
    `$1${REDACTED}`,
  ],
];

/**
 * `text` without secrets: the exact `values` first, then everything that has the shape of one (passwords in URLs, known
 * token formats, private keys). Best effort for shapes, exact for values; doing it twice changes nothing.
 */
export function redact(text: string, values: Iterable<string> = []): string {
  const known = [...new Set(values)].filter((value) => value.length >= MIN_VALUE_LENGTH);
  known.sort((a, b) => b.length - a.length);
  const withoutValues = known.reduce((rest, value) => rest.split(value).join(REDACTED), text);
  return SECRET_SHAPES.reduce((rest, [shape, replacement]) => rest.replace(shape, replacement), withoutValues);
}
