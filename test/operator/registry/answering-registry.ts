import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { type AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { expect } from "@jest/globals";
import { ManualClock } from "../../../src/kube/manual-clock.js";
import { type RegistryAccess, RegistryError } from "../../../src/operator/image-registry.js";
import { RegistryClient } from "../../../src/operator/registry/registry-client.js";

const never = new AbortController().signal;
/** Lets servers on the loopback be asked. */
export const policy = { addresses: { allowLoopback: true }, exchangeMs: 5_000 };
/** Nobody is to hear it but who asks for it. */
export const PASSWORD = "correct-horse-battery";

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

const servers: Server[] = [];

/** Ends all servers that {@link serve} has begun. */
export async function stopServing(): Promise<void> {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

/** A server that answers as it is told, also those who ask for a tunnel. @returns its `host:port` */
export async function serve(answer: Answer, onTunnel?: (request: IncomingMessage, socket: Duplex) => void) {
  const server = createServer(answer);
  if (onTunnel !== undefined) server.on("connect", onTunnel);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** With {@link PASSWORD}, over http. */
export function accessTo(host: string): RegistryAccess {
  const auths = { [host]: { username: "ada", password: PASSWORD } };
  return { isInsecure: true, secrets: [{ ".dockerconfigjson": JSON.stringify({ auths }) }] };
}

export function digestOf(text: string): string {
  return `sha256:${createHash("sha256").update(text).digest("hex")}`;
}

/** Configuration of the image of an {@link honest} registry. */
export const config = JSON.stringify({ config: { Labels: { a: "b" } } });
/** Manifest of the same image. */
export const manifest = JSON.stringify({
  schemaVersion: 2,
  mediaType: "application/vnd.oci.image.manifest.v1+json",
  config: { digest: digestOf(config), size: config.length },
  layers: [],
});

/** Answers as a registry with one image does. */
export function honest(request: IncomingMessage, response: ServerResponse): void {
  if (request.url?.includes("/blobs/") === true) response.end(config);
  else response.writeHead(200, { "docker-content-digest": digestOf(manifest) }).end(manifest);
}

/** Asks a registry for the image that an honest one has. */
export async function find(host: string, options: { clock?: ManualClock; tag?: string; access?: RegistryAccess } = {}) {
  const client = new RegistryClient(policy, options.clock ?? instantly());
  const image = { host, path: "team/env", tag: options.tag ?? "v1" };
  return await client.find(image, options.access ?? accessTo(host), never);
}

/** What a question to a registry fails with. */
export async function failureOf(work: Promise<unknown>): Promise<string> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  const text = error instanceof RegistryError ? `${error.kind}: ${error.message}` : String(error);
  expect(text).not.toContain(PASSWORD);
  return text;
}

/** A clock on which nobody waits. */
export function instantly(): ManualClock {
  const clock = new ManualClock();
  clock.sleep = () => Promise.resolve();
  return clock;
}
