/** What stands in place of a secret. */
export const REDACTED = "[redacted]";

/** Names of what a program is let in by; in prose they may be followed by it. */
const PASSWORD = "(?:password|passwort|passwd|passphrase)";
const KEY = "(?:api|access|account|auth|private|secret|signing|encryption|master|storage)";

/** Names of what is secret, alone or as the last words of another name: DB_PASSWORD, clientSecret, _authToken. */
const SECRET_NAME =
  `(?:${PASSWORD}|[_-]pass|dbpass|(?<![a-z])(?:user|root|admin)?pass(?=\\s{0,5}=)|` +
  // Fields of a job that hold the name of a Secret.
  "(?<!credentials|push|pull)secret|" +
  `token|jfrog-art-api|${KEY}[_-]?key(?:_base)?|` +
  // The shell's PWD is a directory.
  "pwd(?![\"']?\\s{0,5}[:=]\\s{0,5}[\"']?(?:[/~]|\\.{1,2}(?:[/\"']|\\s|$)))|cred(?:ential)?s?(?==))";

/** What follows an option in prose rather than in a command: the option `--token is required`. */
const PROSE =
  "(?:option|flag|argument|value|must|should|need|needs|cannot|does|with|from|given|requires|required|when|that|this|have|will|which|instead)(?=[.,:;)]?(?:\\s|$))";

/**
 * What is said after a name that is no value of it: what the system, a registry or a parser says of a file, field or token
 * of that name, or of a request for it; no value at all; a type; or a placeholder, as programs print it.
 */
const NO_VALUE =
  "(?:unexpected status|permission denied|no such file|not a directory|is a directory|operation not permitted|read-only file system|" +
  "file exists|input/output error|too many open files|no space left|field required|line \\d|not found|<[^<>\\s]{1,64}>|" +
  'requesting bear(?:er)? token|authentication (?:required|failed)|access denied|dial tcp|(?:get|head|post) \\\\{0,3}"https?:|' +
  "(?:none|null|undefined|true|false|yes|no|required|missing|invalid|incorrect|expired|empty|string|bytes|" +
  "unauthorized|denied|forbidden)(?=[.:]?(?:$|[\\s\"',;&)\\]}])))";

/** Of an operator that is read as a shorter one: `==`, `=>`. */
const PART_OF_SIGN = "[=>]{0,2}";

/** Between the fields of what is written on one line. It belongs to the value where no other field follows. */
const BETWEEN_FIELDS = "[,;&](?=$|\\s|[\"'{[(\\\\]|amp;|[\\w.-]{1,64}\\s{0,5}(?:[=:]|%3D|%3A))";

/**
 * What a secret looks like where nothing but prose says that it is one, and no word of the language does: it has a digit,
 * or a sign in its middle. Numbers of something are none, nor are encodings and paths.
 */
const UNLIKE_WORDS =
  "(?![/$<[]|\\d{1,20} (?:char|byte|bit|token|second|minute|hour|day)|(?:base64|utf-?8)\\b)" +
  "(?=[^\\s\"'`]{0,256}?(?:\\d|[!@#$%^&*+~]\\w))[^\\s\"'`]{4,4096}";

/**
 * What a secret looks like behind words that are mostly said of other things: letters and digits that take turns, for long.
 * Names of objects and paths are none: they have signs between their words.
 */
const LIKE_SECRET = "(?=[a-z0-9]{16})(?=[a-z]{0,64}\\d{1,64}[a-z]{1,64}\\d)[\\w.~+/=-]{16,4096}";

/** A quotation mark as JSON, HTML and URLs write it, too. */
const OTHER_QUOTE = "\\\\{1,4}u002[27]|&(?:quot|apos|#3[49]|#x2[27]);|%2[27]";
const QUOTE = `(?:\\\\{0,3}["']|${OTHER_QUOTE})`;
const AFTER_NAME = `(?:\\\\{0,3}["']?|${OTHER_QUOTE})\\s{0,5}`;
const ASSIGNS = "(?:[:=]=?>?|%3D|%3A)\\s{0,5}";
/** Before a quoted value: of bytes, or other letters that Python has there. */
const BEFORE_QUOTE = "[bfru]{0,2}";
const OPENS_LIST = "[[(]\\s{0,20}";

/** Source of a pattern for `name=`, `name: `, `"name": "` and their like, escaped or not; it is the first group. */
function assignmentTo(name: string): string {
  return `(${name}${AFTER_NAME}${ASSIGNS})`;
}

/**
 * A header whose value is in quotes, to the quotation mark that ends it: alone, first of a list, or second of a pair, but not
 * between names of headers.
 */
function quotedHeader(name: string, begins = ""): readonly [RegExp, string] {
  const alone = `${ASSIGNS}(?:${OPENS_LIST})?`;
  const inPair = `,\\s{0,5}(?=[bu]?${QUOTE}[^"'\\r\\n]{0,256}[\\s\\d=])`;
  const value = "(?:(?!(?<!\\\\)\\2)[^\\r\\n]){4,4096}";
  return [
    new RegExp(`(${name}${AFTER_NAME}(?:${alone}|${inPair})[bu]?)(${QUOTE})${begins}${value}`, "gi"),
    `$1$2${REDACTED}`,
  ];
}

const AUTHORIZATION = "(?<![a-z0-9])authorization";
/** Schemes whose secret is one word, whatever it looks like; what follows others is one where it can't be prose. */
const SCHEME =
  "(?:basic|bearer|negotiate|digest|oauth|ntlm|dpop|hawk|ssws|splunk|(?:api|genie)-?key|(?:private-?)?token)";
const OTHER_SCHEME = `(?<!${SCHEME}\\s{1,5})[a-z][\\w.-]{0,40}\\s{1,5}`;
/** Of schemes that name what they hold: `realm="x", response="…"`. */
const PARAMETER = `[\\w-]{1,64}=(?:\\\\{0,3}"[^"\\r\\n]{0,4096}"|[^\\s"',]{1,4096})`;

/** Signs of URLs as they are, as JSON and HTML write them, and in the query of another URL. */
const SLASHES = "(?:\\\\{0,3}/){2}";
const ENCODED_USER = "(?:(?!%(?:2F|3A|40))[^\\s\"'<>&/:@])";
const BEFORE_FIELD = "(?:[?&]|&amp;|\\\\u0026|%3F|%26)";

/** A token that tells by its beginning whose it is: at the beginning of a word, or behind an escaped line end or sign. */
function token(...shapes: readonly RegExp[]): RegExp {
  return new RegExp(
    `(?:(?<![A-Za-z0-9])|(?<=\\\\[nrt]|%[0-9A-Fa-f]{2}))(?:${shapes.map(({ source }) => source).join("|")})`,
    "g",
  );
}

/**
 * Shapes that are secrets wherever they appear, and what stands in their place. Each reads its text once: none can hang on a
 * hostile message.
 */
export const SECRET_SHAPES: readonly (readonly [RegExp, string])[] = [
  [
    /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----[\s\S]*?(?:-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----|$)/g,
    REDACTED,
  ],
  // A password may have an @ or / in it, so everything up to the last @ goes; ports are no passwords.
  [
    new RegExp(
      `\\b([a-z][a-z0-9+.-]{1,20}:${SLASHES})[^\\s/:@]{0,256}:(?!\\d{1,5}(?:\\\\{0,3}[/?#\\s]|$))[^\\s"'<>]{0,1024}@`,
      "gi",
    ),
    `$1${REDACTED}@`,
  ],
  // A password may begin like a port, after a user, whose name has no dots: an @ that begins a path's part is a scope.
  [
    new RegExp(
      `\\b([a-z][a-z0-9+.-]{1,20}:${SLASHES})[^\\s/:@.]{1,256}:\\d{1,5}\\\\{0,3}[/?#][^\\s"'<>]{0,1024}[^\\s"'<>/]@(?!sha\\d{3}:)`,
      "gi",
    ),
    `$1${REDACTED}@`,
  ],
  [new RegExp(`\\b(https?:${SLASHES})[^\\s/:@]{1,1024}@`, "gi"), `$1${REDACTED}@`],
  [
    new RegExp(
      `\\b([a-z][a-z0-9+.-]{1,20}%3A%2F%2F)${ENCODED_USER}{0,256}%3A(?!\\d{1,5}(?:%2F|%3F|%23|[&\\s]|$))[^\\s"'<>&]{0,1024}%40`,
      "gi",
    ),
    `$1${REDACTED}%40`,
  ],
  [new RegExp(`\\b(https?%3A%2F%2F)${ENCODED_USER}{1,1024}%40`, "gi"), `$1${REDACTED}%40`],
  [
    new RegExp(
      `(${BEFORE_FIELD}(?:[a-z0-9_.-]{0,40}(?:token|secret|password|passwd|signature|credential|api_?key)|sig|key|pwd|pass|auth|jwt|code|session)` +
        `(?:=|%3D))(?!\\\\{1,3}["'])[^&\\s"'#]{1,4096}`,
      "gi",
    ),
    `$1${REDACTED}`,
  ],
  quotedHeader(AUTHORIZATION),
  [
    // What a container runtime says of a registry is said after the same word.
    new RegExp(
      `${assignmentTo(AUTHORIZATION)}((?:\\[(?!redacted\\]))?(?:${SCHEME}\\s{1,5})?)(?!server message:)` +
        `(?:(?:${OTHER_SCHEME})?${PARAMETER}(?:\\s{0,5},\\s{0,5}${PARAMETER}){0,32}|` +
        `${OTHER_SCHEME}(?!https?:)(?:${UNLIKE_WORDS}|[\\w.~+/=-]{20,4096})|[^\\s"',;]{4,4096})`,
      "gi",
    ),
    `$1$2${REDACTED}`,
  ],
  quotedHeader("\\b(?:set-)?cookie", "(?=[^\\s\"'=;]{1,128}=)"),
  [/\b((?:set-)?cookie["']?\s{0,5}:\s{0,5}["']?)(?=[^\s"'=;]{1,128}=)[^\r\n"']{4,4096}/gi, `$1${REDACTED}`],
  [/\b((?:bearer|basic)\s{1,5})[A-Za-z0-9._~+/=-]{16,4096}/gi, `$1${REDACTED}`],
  [/\b(hooks\.slack(?:-gov)?\.com\/(?:services|workflows|triggers)\/)[A-Za-z0-9_/-]{8,512}/gi, `$1${REDACTED}`],
  [
    token(
      /gh[pousr]_[A-Za-z0-9]{20,255}|github_pat_[A-Za-z0-9_]{20,255}/,
      /gl(?:pat|dt|cbt|rt|ptt|ft|soat|imt|agent|oas|ffct)-[A-Za-z0-9_.-]{16,255}/,
      /(?:AKIA|ASIA|AROA|AIDA)[A-Z0-9]{16}\b/,
      /AIza[A-Za-z0-9_-]{35}|ya29\.[A-Za-z0-9_-]{20,2048}|GOCSPX-[A-Za-z0-9_-]{20,255}/,
      /hf_[A-Za-z0-9]{20,255}|sk-[A-Za-z0-9_-]{20,255}|[rs]k_(?:live|test)_[A-Za-z0-9]{16,255}/,
      /xox[abeoprs]-[A-Za-z0-9-]{10,255}|npm_[A-Za-z0-9]{30,255}|pypi-[A-Za-z0-9_-]{40,1024}/,
      /dckr_pat_[A-Za-z0-9_-]{20,255}|sha256~[A-Za-z0-9_-]{30,255}|hv[sbr]\.[A-Za-z0-9_-]{20,1024}/,
      /dapi[0-9a-f]{32}(?:-\d)?|nvapi-[A-Za-z0-9_-]{20,255}/,
      /xapp-\d-A[A-Z0-9]{1,32}-[A-Za-z0-9-]{10,255}|(?:gsk|r8|rpa)_[A-Za-z0-9]{20,255}|(?:xai|pplx)-[A-Za-z0-9]{30,255}/,
      /do[opr]_v1_[0-9a-f]{32,255}|shp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}|lsv2_(?:pt|sk)_[A-Za-z0-9_]{20,255}/,
      /tvly-(?:dev-|prod-)?[A-Za-z0-9]{20,255}|AKCp[A-Za-z0-9]{40,255}|cmVmdGtuOj[A-Za-z0-9]{40,255}/,
      // A client's secret of Azure.
      /[A-Za-z0-9_~.-]{3}\dQ~[A-Za-z0-9_~.-]{30,64}/,
      /AT(?:ATT|CTT)3[A-Za-z0-9_=-]{20,512}|SG\.[A-Za-z0-9_-]{16,64}\.[A-Za-z0-9_-]{16,128}/,
      // Begun once in a word: one that holds many beginnings would else be read from each of them.
      /(?<![_-])eyJ[A-Za-z0-9_-]{8,4096}\.[A-Za-z0-9_-]{8,8192}(?:\.[A-Za-z0-9_-]{0,4096})?/,
    ),
    REDACTED,
  ],
  // `{"auths":{"quay.io":{"auth":"…"}}}`, plain or as one string of base64.
  [new RegExp(`(${QUOTE}auth${QUOTE}\\s{0,5}:\\s{0,5}${QUOTE})[A-Za-z0-9+/=_-]{8,8192}`, "g"), `$1${REDACTED}`],
  [/\beyJhdXRo[A-Za-z0-9+/=_-]{8,16384}/g, REDACTED],
  // Kaggle's file.
  [new RegExp(`(${QUOTE}key${QUOTE}\\s{0,5}:\\s{0,5}${QUOTE})[0-9a-f]{32}(?=${QUOTE})`, "g"), `$1${REDACTED}`],
  // An entry of .netrc.
  [
    new RegExp(
      `\\b(login\\s{1,9}[^\\s,;]{1,256}\\s{1,9}password\\s{1,9})(?!(?:is|was)\\b|${NO_VALUE})[^\\s"']{4,1024}`,
      "gi",
    ),
    `$1${REDACTED}`,
  ],
  // A variable of a container.
  [
    new RegExp(
      `(\\bname\\\\{0,3}["']?\\s{0,5}[:=]\\s{0,5}\\\\{0,3}["']?[\\w.-]{0,64}${SECRET_NAME}\\\\{0,3}["']?\\s{0,5},?\\s{0,40}` +
        `\\\\{0,3}["']?value\\\\{0,3}["']?\\s{0,5}[:=]\\s{0,5}\\\\{0,3}["']?)(?!${NO_VALUE})[^\\s"',}\\]\\\\]{4,4096}`,
      "gi",
    ),
    `$1${REDACTED}`,
  ],
  [new RegExp(`(<([\\w.:-]{0,64}${SECRET_NAME})>)[^<>\\r\\n]{1,4096}(?=</\\2>)`, "gi"), `$1${REDACTED}`],
  // A quoted value of several words ends with its quotation mark, or with a text that was cut; else it is no value.
  [
    new RegExp(
      `${assignmentTo(SECRET_NAME)}(${BEFORE_QUOTE})(${QUOTE})(?!${PART_OF_SIGN}(?:\\[redacted\\]|${NO_VALUE}))(?:(?!\\3)(?:[^\\\\\\r\\n]|\\\\.)){4,1024}(?:\\3|$)`,
      "gi",
    ),
    `$1$2$3${REDACTED}$3`,
  ],
  // The first of a list, as forms have them. What a form says about its field has blanks.
  [
    new RegExp(
      `${assignmentTo(SECRET_NAME)}(${OPENS_LIST}${BEFORE_QUOTE})(${QUOTE})(?!\\[redacted\\]|${NO_VALUE})(?:[^\\s"'\\\\]|\\\\(?!["'])){4,4096}?(?=\\3)`,
      "gi",
    ),
    `$1$2$3${REDACTED}`,
  ],
  [
    new RegExp(
      `${assignmentTo(SECRET_NAME)}((?:${BEFORE_QUOTE}${QUOTE})?)(?!${PART_OF_SIGN}(?:${OPENS_LIST})?(?:${BEFORE_QUOTE}${QUOTE})?(?:\\[redacted\\]|${NO_VALUE}))(?:(?!${BETWEEN_FIELDS})[^\\s"'\\\\]|\\\\(?!["'])){4,4096}`,
      "gi",
    ),
    `$1$2${REDACTED}`,
  ],
  // Prose: the password is …, password for bob is …, and on the same line wrong password (…).
  [
    new RegExp(
      `(${PASSWORD}(?:(?:\\s{1,5}for(?:\\s{1,5}[^\\s:]{1,128}){1,2})?\\s{1,5}(?:is|was):?\\s{1,5}|[^\\S\\r\\n]{1,5})["'\`(]?)${UNLIKE_WORDS}`,
      "gi",
    ),
    `$1${REDACTED}`,
  ],
  [
    new RegExp(`((?:token|secret|${KEY}[ _-]?key)\\s{1,5}(?:is|was):?\\s{1,5}["'\`(]?)${UNLIKE_WORDS}`, "gi"),
    `$1${REDACTED}`,
  ],
  [
    new RegExp(
      `((?:(?:token|${KEY}[ _-]?key)(?:\\s{1,5}provided)?:?[^\\S\\r\\n]{1,5}|cred(?:ential)?s?${AFTER_NAME}[:=]\\s{0,5})["'\`(]?)${LIKE_SECRET}`,
      "gi",
    ),
    `$1${REDACTED}`,
  ],
  // Options of commands.
  [/(\b(?:mysql|mariadb)[a-z-]{0,16}\s(?:[^\r\n]{0,256}?\s)?-p["']?)[^\s"'-][^\s"']{3,4096}/g, `$1${REDACTED}`],
  [
    new RegExp(
      `((?:^|\\s)--?(?:[a-z0-9]{1,40}-){0,4}(?:password|passwd|passphrase|token|secret|api-key)\\s{1,5}["']?)(?![-[]|${PROSE})[^\\s"']{4,4096}`,
      "gi",
    ),
    `$1${REDACTED}`,
  ],
  [
    /((?:^|\s)(?:-u|--user|--proxy-user|--creds)[\s=]{1,5}["']?[^\s"':]{1,256}:)(?![[/]|\d+(?:\s|$))[^\s"']{4,4096}/g,
    `$1${REDACTED}`,
  ],
];
