import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import { SourceError } from "../source-resolver.js";
import { type GitRemote, parseGitUrl } from "./git-url.js";
import { pinnedLookup } from "./pinned-lookup.js";

/** One question that tells where a repository moved to. */
export interface RedirectQuestion {
  readonly remote: GitRemote;
  /** Checked addresses of its host. */
  readonly addresses: readonly string[];
  readonly authorization?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

const SERVICE = "/info/refs?service=git-upload-pack";

/**
 * Where a Git server redirects a repository to, when that is the same host (a renamed repository, a missing `.git`, http
 * to https). git itself is told not to follow redirects, since it would follow them anywhere.
 * @returns `undefined` when the server does not redirect
 * @throws SourceError `GitRefused` for a redirect to another host
 */
export async function followRedirect(question: RedirectQuestion): Promise<string | undefined> {
  const { remote } = question;
  const asked = new URL(`${remote.url.replace(/\/+$/, "")}${SERVICE}`);
  const location = await ask(asked, question).catch(() => undefined);
  if (location === undefined) return undefined;
  if (!URL.canParse(location, asked.href)) {
    throw new SourceError("GitNotFound", `The Git server ${remote.host} redirects to something that is not a URL`);
  }
  const target = new URL(location, asked);
  const away =
    target.hostname !== asked.hostname || (target.protocol !== asked.protocol && target.protocol !== "https:");
  if (away || (target.protocol === asked.protocol && target.port !== asked.port)) {
    throw new SourceError(
      "GitRefused",
      `The Git server ${remote.host} redirects to ${whither(target)}, which is not followed: write that URL if it is the right one`,
    );
  }
  if (!target.pathname.endsWith("/info/refs")) {
    throw new SourceError("GitNotFound", `There is no Git repository at ${remote.url}: the server redirects to a page`);
  }
  target.pathname = target.pathname.slice(0, -"/info/refs".length);
  target.search = "";
  return parseGitUrl(target.href).url;
}

/** A URL without a host, `file:` or git's `ext::`, has nothing to name but its scheme. */
function whither({ protocol, host }: URL): string {
  return /^https?:$/.test(protocol) ? host : `${protocol.slice(0, 20)}//${host}`;
}

function ask(url: URL, question: RedirectQuestion): Promise<string | undefined> {
  const send = url.protocol === "https:" ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    const request = send(
      url,
      {
        method: "GET",
        headers: {
          "user-agent": "git/2",
          ...(question.authorization ? { authorization: question.authorization } : {}),
        },
        timeout: 20_000,
        ...(question.signal ? { signal: question.signal } : {}),
        ...(question.addresses.length > 0 ? { lookup: pinnedLookup(question.addresses) } : {}),
      },
      (response) => {
        response.destroy();
        const status = response.statusCode ?? 0;
        resolve(status >= 300 && status < 400 ? response.headers.location : undefined);
      },
    );
    request.on("timeout", () => request.destroy(new Error("timeout")));
    request.on("error", reject);
    request.end();
  });
}
