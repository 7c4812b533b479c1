import { execFileSync, spawn } from "node:child_process";
import { createHash, createPrivateKey, createSign, X509Certificate } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { join } from "node:path";

/** The distribution project's registry, as Debian's package docker-registry has it, on a loopback port. */
export interface DockerRegistry {
  /** `127.0.0.1:<port>`. */
  readonly host: string;
  /** PEM of the certificate that it shows; `undefined` when it speaks plain http. */
  readonly authority: string | undefined;
  /** What its token server was asked, if it has one: `<user> <scope>`. */
  readonly tokens: string[];
  close(): Promise<void>;
}

export interface DockerRegistryOptions {
  /** Empty or not there yet; all that it writes is here. */
  readonly directory: string;
  /** @default "none" */
  readonly auth?: "none" | "basic" | "token";
  /** @default false */
  readonly tls?: boolean;
  /** Where the images are: several registries may share one. @default below {@link directory} */
  readonly storage?: string;
  /** Refuses every write. @default false */
  readonly readOnly?: boolean;
}

/** Who may come in. */
export const LOGIN = { username: "ada", password: "s3cret:word" };
/** The same for `htpasswd` (bcrypt). */
const HTPASSWD = "ada:$2b$04$8FLYOoCI4q7wdGbmS.3.XewGImXwXA.NsR0fs.mcXw8W7KFYgf3jm\n";
const BINARY = ["/usr/bin/docker-registry", "/usr/local/bin/docker-registry"].find(existsSync);
const ISSUER = "tests";
const SERVICE = "registry";

/** Whether docker-registry is installed. Under CI it must be. */
export function hasDockerRegistry(): boolean {
  if (BINARY !== undefined) return true;
  if (process.env.CI === "true") throw new Error("docker-registry is not installed, but CI=true");
  process.stderr.write("docker-registry is not installed (package docker-registry): its tests are SKIPPED\n");
  return false;
}

export async function startDockerRegistry(options: DockerRegistryOptions): Promise<DockerRegistry> {
  if (BINARY === undefined) throw new Error("docker-registry is not installed");
  const { directory, auth = "none", tls = false, readOnly = false } = options;
  mkdirSync(directory, { recursive: true });
  const file = (name: string) => join(directory, name);
  const needsKey = tls || auth === "token";
  if (needsKey) makeCertificate(file("tls.key"), file("tls.crt"));
  writeFileSync(file("htpasswd"), HTPASSWD);
  const tokens: string[] = [];
  const tokenServer = auth === "token" ? await startTokenServer(directory, tokens) : undefined;
  const host = `127.0.0.1:${await freePort()}`;
  const config = {
    version: "0.1",
    log: { level: "error" },
    storage: {
      filesystem: { rootdirectory: options.storage ?? file("storage") },
      delete: { enabled: true },
      maintenance: { readonly: { enabled: readOnly } },
    },
    http: {
      addr: host,
      ...(tls && { tls: { certificate: file("tls.crt"), key: file("tls.key") } }),
    },
    ...(auth === "basic" && { auth: { htpasswd: { realm: "tests", path: file("htpasswd") } } }),
    ...(tokenServer && {
      auth: {
        token: { realm: tokenServer.url, service: SERVICE, issuer: ISSUER, rootcertbundle: file("tls.crt") },
      },
    }),
  };
  // JSON is YAML.
  writeFileSync(file("config.yml"), JSON.stringify(config));
  const leash = existsSync("/usr/bin/setpriv") ? ["/usr/bin/setpriv", "--pdeathsig", "KILL"] : [];
  const [command = BINARY, ...words] = [...leash, BINARY, "serve", file("config.yml")];
  const child = spawn(command, words, { stdio: ["ignore", "ignore", "pipe"] });
  let log = "";
  child.stderr.on("data", (chunk: Buffer) => {
    log += chunk.toString();
  });
  await untilListening(host, () => `docker-registry did not start: ${log}`);
  return {
    host,
    authority: tls ? readFileSync(file("tls.crt"), "utf8") : undefined,
    tokens,
    close: async () => {
      const ended = new Promise((resolve) => child.once("close", resolve));
      child.kill();
      await ended;
      await new Promise<void>((resolve) => (tokenServer ? tokenServer.server.close(() => resolve()) : resolve()));
    },
  };
}

function makeCertificate(key: string, certificate: string): void {
  const subject = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"];
  const kind = ["-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"];
  execFileSync("openssl", ["req", ...kind, ...subject, "-keyout", key, "-out", certificate], { stdio: "ignore" });
}

/** Gives tokens to {@link LOGIN} for whatever it asks, and to others for pulling from `public/`. */
async function startTokenServer(directory: string, asked: string[]): Promise<{ server: Server; url: string }> {
  const key = createPrivateKey(readFileSync(join(directory, "tls.key")));
  const certificate = new X509Certificate(readFileSync(join(directory, "tls.crt"))).raw.toString("base64");
  const basic = `Basic ${Buffer.from(`${LOGIN.username}:${LOGIN.password}`).toString("base64")}`;
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? "/", "http://localhost");
    const { authorization } = request.headers;
    const isKnown = authorization === basic;
    if (authorization !== undefined && !isKnown) {
      response.writeHead(401).end("no");
      return;
    }
    const scope = url.searchParams.get("scope") ?? "";
    asked.push(`${isKnown ? LOGIN.username : "anonymous"} ${scope}`);
    const [type = "", name = "", actions = ""] = scope.split(":");
    const granted = isKnown ? actions.split(",") : name.startsWith("public/") ? ["pull"] : [];
    const now = Math.floor(Date.now() / 1000);
    const header = { typ: "JWT", alg: "ES256", x5c: [certificate] };
    const claims = {
      ...{ iss: ISSUER, sub: LOGIN.username, aud: SERVICE, exp: now + 300, nbf: now - 10, iat: now },
      jti: createHash("sha256").update(`${now}${asked.length}`).digest("hex"),
      access: granted.length === 0 ? [] : [{ type, name, actions: granted }],
    };
    const signed = [header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString("base64url")).join(".");
    const signature = createSign("sha256")
      .update(signed)
      .sign({ key, dsaEncoding: "ieee-p1363" })
      .toString("base64url");
    response.writeHead(200, { "content-type": "application/json" });
    response.end(JSON.stringify({ token: `${signed}.${signature}` }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return { server, url: `http://127.0.0.1:${port}/token` };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return port;
}

async function untilListening(host: string, complain: () => string): Promise<void> {
  const [address = "", port = ""] = host.split(":");
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const isOpen = await new Promise<boolean>((resolve) => {
      const socket = connect(Number(port), address);
      socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
      socket.once("connect", () => socket.destroy());
    });
    if (isOpen) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(complain());
}
