/** Of a network on the way, not of what was asked for. */
export const NETWORK_WORDS =
  /NewConnectionError|ConnectTimeoutError|ReadTimeoutError|ProtocolError\(|IncompleteRead|Temporary failure in name resolution|Name or service not known|Could not resolve host|lookup .{1,256}: no such host|server misbehaving|i\/o timeout|TLS handshake timeout|connection (?:refused|reset|timed out)|Connection (?:refused|reset|timed out|broken|aborted)|unexpected EOF|EOF occurred in violation|received unexpected HTTP status: (?:429|5\d\d)|status code 5\d\d|HTTP error (?:429|5\d\d)|toomanyrequests|Too Many Requests/;

/**
 * How tools that load what a build asks for begin the lines in which they say what kept them from it: pip, conda and mamba,
 * apt, curl, wget, npm, git, uv, go.
 */
const OF_TOOLS = new RegExp(
  `^(?:${[
    /WARNING: (?:Retrying |Connection timed out while downloading)|pip\._vendor\./,
    /ERROR: (?:HTTP error |Could not (?:install packages|find a version|fetch)|Exception:)/,
    /Conda\w{0,40}Error|ConnectionError\(\w{1,40}\(|(?:critical|error|warning) {1,8}libmamba|Download error/,
    /Err:\d|[EW]: |Could not connect to /,
    /curl: \(\d|wget: |Resolving .{1,256}failed: |Connecting to .{1,256}failed: /,
    /npm (?:ERR!|error|WARN|warn) /,
    /fatal: (?:unable to|read error|could not read)|error: RPC failed|remote: |ssh: |\S{1,256}: Permission denied \(publickey/,
    /error: (?:Failed to|Request failed)|Caused by: HTTP status |go: /,
  ]
    .map(({ source }) => source)
    .join("|")})`,
);

/** Whether such a tool said this. */
export function isOfLoadingTool(line: string): boolean {
  return OF_TOOLS.test(line);
}

/** What pip says once its index has answered, or once a build from sources is under way: the network was there again. */
const PROGRESS = new RegExp(
  `^(?:${[
    /Collecting |Obtaining |Downloading |Using cached |Processing |(?:ERROR: )?Ignored the following /,
    /Installing (?:build dependencies|backend dependencies|collected packages)|Successfully /,
    /Preparing metadata|Getting requirements to build|Building (?:wheels?|editable) for |Created wheel for /,
    // The output of a build from sources begins, and what setuptools does in it.
    /╰─> (?!See above)|Complete output |running [a-z_]{1,64}$|building '|error: command '/,
  ]
    .map(({ source }) => source)
    .join("|")})`,
);

/** Of pip, when it found more than nothing: an index that lists versions, or metadata, was asked with success. */
const ANSWERED = /\(from versions: (?!none\)|\))| requires a different Python: /;

/** Whether a tool says that it tries once more, because of the network. */
function isRetry(line: string): boolean {
  return /Retry\(|retrying/i.test(line) && NETWORK_WORDS.test(line);
}

/** Which lines only tell of a network trouble that was over later on: by place. */
export function overcomeRetries(lines: readonly string[]): boolean[] {
  const progress = lines.findLastIndex((line) => PROGRESS.test(line));
  return lines.map((line, at) => at < progress && isRetry(line));
}

/**
 * The warning that tells of the network that a failure is owed to; `undefined` when it is owed to something else.
 *
 * @param at line that says what failed
 * @param end where the words about it end: those of a build from sources follow the line. @default there
 */
export function networkBehind(lines: readonly string[], at: number, end = at): string | undefined {
  if (ANSWERED.test(lines[at] ?? "")) return undefined;
  const said = lines.slice(0, end);
  const retry = said.findLastIndex(isRetry);
  return said.slice(retry + 1).some((line) => PROGRESS.test(line)) ? undefined : said[retry];
}
