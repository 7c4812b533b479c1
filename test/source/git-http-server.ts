import { spawn } from "node:child_process";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";

/** A Git server over http or https. */
export interface GitHttpServer {
  /** `http://127.0.0.1:<port>`, or `https:`. */
  readonly base: string;
  /** Request lines seen, e.g. `GET /repo/info/refs?service=git-upload-pack`. */
  readonly requests: string[];
  close(): Promise<void>;
}

export interface GitHttpServerOptions {
  /** Directory that holds the repositories. */
  readonly root: string;
  /** Basic authentication, when set. */
  readonly login?: { readonly username: string; readonly password: string };
  /** Serves by TLS, when set. PEM. */
  readonly tls?: { readonly cert: Buffer; readonly key: Buffer };
  /** IP address to listen on. @default "127.0.0.1" */
  readonly address?: string;
  /** Answers before git does; `true` = answered. */
  readonly intercept?: (request: IncomingMessage, response: ServerResponse) => boolean;
}

/** Serves `root` by git's own CGI program, `git http-backend`. */
export async function startGitHttpServer(options: GitHttpServerOptions): Promise<GitHttpServer> {
  const requests: string[] = [];
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    requests.push(`${request.method} ${request.url}`);
    if (options.intercept?.(request, response) === true) return;
    if (options.login !== undefined && !isLoggedIn(request, options.login)) {
      response.writeHead(401, { "www-authenticate": 'Basic realm="git"' }).end("no");
      return;
    }
    backend(options.root, request, response);
  };
  const { tls, address = "127.0.0.1" } = options;
  const server = tls === undefined ? createServer(answer) : createTlsServer(tls, answer);
  await new Promise<void>((resolve) => server.listen(0, address, resolve));
  const { port } = server.address() as AddressInfo;
  return {
    base: `${tls === undefined ? "http" : "https"}://${address}:${port}`,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

function isLoggedIn(request: IncomingMessage, login: { username: string; password: string }): boolean {
  const expected = Buffer.from(`${login.username}:${login.password}`).toString("base64");
  return request.headers.authorization === `Basic ${expected}`;
}

function backend(root: string, request: IncomingMessage, response: ServerResponse): void {
  const [path = "", query = ""] = (request.url ?? "").split("?");
  const child = spawn("git", ["http-backend"], {
    env: {
      PATH: process.env.PATH ?? "",
      GIT_PROJECT_ROOT: root,
      GIT_HTTP_EXPORT_ALL: "1",
      GIT_CONFIG_COUNT: "1",
      GIT_CONFIG_KEY_0: "safe.directory",
      GIT_CONFIG_VALUE_0: "*",
      PATH_INFO: decodeURIComponent(path),
      QUERY_STRING: query,
      REQUEST_METHOD: request.method ?? "GET",
      CONTENT_TYPE: request.headers["content-type"] ?? "",
      HTTP_CONTENT_ENCODING: String(request.headers["content-encoding"] ?? ""),
      GIT_PROTOCOL: String(request.headers["git-protocol"] ?? ""),
      REMOTE_ADDR: "127.0.0.1",
    },
    stdio: ["pipe", "pipe", "ignore"],
  });
  request.pipe(child.stdin).on("error", () => undefined);
  let head = Buffer.alloc(0);
  let started = false;
  child.stdout.on("data", (chunk: Buffer) => {
    if (started) {
      response.write(chunk);
      return;
    }
    head = Buffer.concat([head, chunk]);
    const end = head.indexOf("\r\n\r\n");
    if (end < 0) return;
    started = true;
    let status = 200;
    for (const line of head.subarray(0, end).toString().split("\r\n")) {
      const [name = "", value = ""] = line.split(/:\s*/, 2);
      if (name.toLowerCase() === "status") status = Number.parseInt(value, 10);
      else response.setHeader(name, value);
    }
    response.writeHead(status);
    response.write(head.subarray(end + 4));
  });
  child.on("close", () => response.end());
  response.on("close", () => child.kill());
}
