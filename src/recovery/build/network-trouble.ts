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
