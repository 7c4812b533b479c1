import { REDACTED, SECRET_SHAPES } from "./secret-shapes.js";

/** Shorter values are not looked for: replacing them would tear ordinary words apart. */
const MIN_VALUE_LENGTH = 4;
/** Longest private key of which a cut may have left the end, in characters. */
const MAX_KEY_LENGTH = 16 * 1024;

/**
 * `text` without secrets: the exact `values` first, then everything that has the shape of one. Best effort for shapes,
 * exact for values; doing it twice changes nothing. Shapes are:
 *
 * - private keys; JSON web tokens; docker's `auth`, and its whole configuration in base64
 * - user and password in URLs, signatures, tokens and session names in their queries, webhooks of Slack; URLs also as JSON,
 *   HTML and the query of another URL write them
 * - the headers `Authorization`, with any scheme, and `Cookie`, also as a pair or with a list of values
 * - tokens that tell by their beginning whose they are: GitHub, GitLab, AWS, Google, Hugging Face, OpenAI, Stripe, Slack,
 *   npm, PyPI, Docker, OpenShift, Vault, Databricks, NVIDIA, Atlassian, SendGrid, Azure, DigitalOcean, Shopify, JFrog, xAI,
 *   Groq, Replicate, RunPod, Perplexity, Tavily, LangSmith
 * - entries of .netrc, Kaggle's key, variables of containers (`name: DB_PASSWORD, value: x`), elements of XML
 * - values of at least 4 characters of names that end in password, passwd, passphrase, pwd, _pass, secret, token, or in a
 *   key of an API, an account, access, authentication, privacy, signing, encryption or storage, or a master's (`DB_PASSWORD=`,
 *   `clientSecret: `, `\"password\":\"`, `&quot;password&quot;:`, `password=b'`, `"password":["`), in quotes with blanks, too;
 *   without quotes they end at a blank, or at a comma, semicolon or ampersand that another field follows
 * - the same of options (`--password x`, `-u user:password`, `mysql -px`)
 * - what prose calls a password, token or key (`the password is x1y2z3`), where it can't be a word: it has a digit, or a
 *   sign in its middle
 * - what follows token, a key's name or `credentials:` in prose (`invalid token x`), where letters and digits take turns in it
 */
export function redact(text: string, values: Iterable<string> = []): string {
  const known = [...new Set(values)].filter((value) => value.length >= MIN_VALUE_LENGTH);
  known.sort((a, b) => b.length - a.length);
  const withoutValues = known.reduce((rest, value) => rest.split(value).join(REDACTED), text);
  return SECRET_SHAPES.reduce((rest, [shape, replacement]) => rest.replace(shape, replacement), withoutValues);
}

/**
 * {@link redact} for texts of any length of which a beginning is shown: reads no more than `length` characters, several times
 * what is shown. A word in which that ends is left out: half a secret has no shape any more.
 */
export function redactHead(text: string, length: number): string {
  if (text.length <= length) return redact(text);
  const end = text.lastIndexOf(" ", length);
  return redact(text.slice(0, end > length / 2 ? end : length));
}

/**
 * {@link redact} for texts of any length of which the end counts: reads no more than its last `length` characters. What the
 * cut left of a line is left out, as half a secret has no shape any more; of a line that is longer than half of that, what it
 * left of a word; and what it left of a private key.
 */
export function redactTail(text: string, length: number): string {
  if (text.length <= length) return redact(text);
  const tail = text.slice(-length);
  return redact(withoutCutKey(tail.slice(endOfCutPart(tail))));
}

function endOfCutPart(tail: string): number {
  const lineEnd = tail.search(/[\r\n]/);
  const end = lineEnd >= 0 && lineEnd <= tail.length / 2 ? lineEnd : tail.search(/\s/);
  return end < 0 ? tail.length : end;
}

/** Without all that stands before the end of a private key whose beginning is not there. */
function withoutCutKey(tail: string): string {
  const found = /(?<=^|[\r\n])-----(BEGIN|END) [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/.exec(tail);
  if (found?.[1] !== "END" || found.index > MAX_KEY_LENGTH) return tail;
  return tail.slice(found.index + found[0].length);
}
