import { type ClientRequest, Agent as HttpAgent, request as httpRequest, type IncomingMessage } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import type { Socket } from "node:net";
import { connect as tlsConnect } from "node:tls";
import { proxyFor } from "../../kube/live/proxy.js";
import { RegistryError } from "../image-registry.js";
import { allowedAddresses } from "../source/address-policy.js";
import { pinnedLookup } from "../source/pinned-lookup.js";
import { SourceError } from "../source-resolver.js";
import { basicOf } from "./docker-config.js";
import type { RegistryPolicy } from "./registry-policy.js";

/** One HTTP request to a registry or to whom it sends us. */
export interface ExchangeRequest {
  readonly url: URL;
  readonly method: "GET" | "HEAD" | "PUT" | "POST";
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string;
  /** A longer answer is an error. */
  readonly maxBytes: number;
  readonly signal: AbortSignal;
}

export interface ExchangeAnswer {
  readonly status: number;
  /** Of headers that come several times, the values are joined. */
  header(name: string): string | undefined;
  readonly body: Buffer;
}

const EXCHANGE_MS = 15_000;
const UNTRUSTED = /CERT|SELF_SIGNED|UNABLE_TO_(?:GET|VERIFY)|DEPTH_ZERO|ALTNAME|HOSTNAME/;

/**
 * Sends one request to a checked address and reads the whole answer. Redirects are the caller's matter.
 * @throws RegistryError; the reason of the signal
 */
export async function exchange(request: ExchangeRequest, policy: RegistryPolicy): Promise<ExchangeAnswer> {
  const { url, signal } = request;
  const proxy = proxyFor(url, undefined, { ...policy.environment });
  const addresses = await addressesOf(url, policy, proxy !== undefined);
  signal.throwIfAborted();
  const late = AbortSignal.timeout(policy.exchangeMs ?? EXCHANGE_MS);
  try {
    const limited = { ...request, signal: AbortSignal.any([signal, late]) };
    return await send(limited, policy, proxy, addresses);
  } catch (error) {
    signal.throwIfAborted();
    throw error instanceof RegistryError ? error : unreachable(url, error, late.aborted);
  }
}

async function addressesOf(url: URL, policy: RegistryPolicy, isProxied: boolean): Promise<readonly string[]> {
  if (policy.trustedHosts?.includes(url.host) === true) return [];
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const addresses = { ...policy.addresses, resolvedByProxy: isProxied };
  try {
    const found = await allowedAddresses(host, addresses, undefined, "registry");
    return isProxied ? [] : found;
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    throw new RegistryError(error.reason === "GitRefused" ? "refused" : "unavailable", error.message, { cause: error });
  }
}

async function send(
  request: ExchangeRequest,
  policy: RegistryPolicy,
  proxy: URL | undefined,
  addresses: readonly string[],
): Promise<ExchangeAnswer> {
  const { url, method, headers = {}, body, signal, maxBytes } = request;
  const isTls = url.protocol === "https:";
  const trust = policy.authorities === undefined ? {} : { ca: policy.authorities };
  const common = {
    method,
    signal,
    headers: {
      ...headers,
      "user-agent": "notebook-validator-operator",
      ...(body === undefined ? {} : { "content-length": String(Buffer.byteLength(body)) }),
    },
    ...(addresses.length > 0 ? { lookup: pinnedLookup(addresses) } : {}),
  };
  let outgoing: ClientRequest;
  if (proxy === undefined) {
    outgoing = isTls
      ? httpsRequest(url, { ...common, agent: new HttpsAgent(trust) })
      : httpRequest(url, { ...common, agent: new HttpAgent() });
  } else if (isTls) {
    const tunnel = await tunnelThrough(proxy, url, signal);
    const servername = url.hostname.replace(/^\[|\]$/g, "");
    const createConnection = () => tlsConnect({ socket: tunnel, servername, ...trust });
    // An agent would make connections of its own.
    outgoing = httpsRequest(url, { ...common, createConnection });
  } else {
    outgoing = httpRequest({
      ...common,
      ...proxyAddress(proxy),
      path: url.href,
      headers: { ...common.headers, ...proxyAuthorization(proxy), host: url.host },
    });
  }
  return await answerTo(outgoing, body, maxBytes, url);
}

function answerTo(
  outgoing: ClientRequest,
  body: Uint8Array | string | undefined,
  maxBytes: number,
  url: URL,
): Promise<ExchangeAnswer> {
  return new Promise((resolve, reject) => {
    outgoing.on("error", reject);
    outgoing.on("response", (response) => {
      collect(response, maxBytes, url).then(resolve, reject);
    });
    outgoing.end(body);
  });
}

async function collect(response: IncomingMessage, maxBytes: number, url: URL): Promise<ExchangeAnswer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBytes) {
      response.destroy();
      throw new RegistryError("invalid", `The registry ${url.host} answers with more than ${maxBytes} bytes`);
    }
    chunks.push(chunk);
  }
  const header = (name: string): string | undefined => {
    const value = response.headers[name.toLowerCase()];
    return Array.isArray(value) ? value.join(", ") : value;
  };
  return { status: response.statusCode ?? 0, header, body: Buffer.concat(chunks) };
}

/** A connection to the server through the proxy's CONNECT. */
function tunnelThrough(proxy: URL, url: URL, signal: AbortSignal): Promise<Socket> {
  const authority = `${url.hostname}:${url.port || "443"}`;
  const send = proxy.protocol === "https:" ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    const outgoing = send({
      ...proxyAddress(proxy),
      method: "CONNECT",
      path: authority,
      headers: { host: authority, ...proxyAuthorization(proxy) },
      agent: false,
      signal,
    });
    outgoing.on("error", reject);
    outgoing.on("connect", (response, socket: Socket) => {
      if (response.statusCode === 200) return resolve(socket);
      socket.destroy();
      const what = `The proxy on the way to the registry ${url.host} answered with status ${response.statusCode}`;
      reject(new RegistryError("unavailable", what));
    });
    outgoing.end();
  });
}

/** @throws RegistryError for a proxy of a kind that is not spoken here */
function proxyAddress({ protocol, hostname, port }: URL): { host: string; port: number } {
  if (protocol !== "http:" && protocol !== "https:") {
    throw new RegistryError("unavailable", `Registries are not asked through a ${protocol.slice(0, -1)} proxy`);
  }
  return { host: hostname.replace(/^\[|\]$/g, ""), port: Number(port || (protocol === "https:" ? 443 : 80)) };
}

function proxyAuthorization({ username, password }: URL): Record<string, string> {
  if (username === "") return {};
  const basic = basicOf(decodeURIComponent(username), decodeURIComponent(password));
  return { "proxy-authorization": `Basic ${basic}` };
}

function unreachable(url: URL, error: unknown, isLate: boolean): RegistryError {
  if (isLate) return new RegistryError("unavailable", `The registry ${url.host} did not answer in time`);
  const { code = "", message = "" } = error as NodeJS.ErrnoException;
  if (UNTRUSTED.test(code)) {
    const how = `The certificate of the registry ${url.host} is not trusted (${code})`;
    return new RegistryError("untrusted", `${how}: add its CA to network.caBundle of the operator's configuration`);
  }
  // OpenSSL's words for a server that does not speak TLS.
  if (/wrong version number|packet length too long|EPROTO/i.test(`${code} ${message}`)) {
    return new RegistryError("untrusted", `The registry ${url.host} does not speak https`);
  }
  return new RegistryError("unavailable", `The registry ${url.host} can't be reached (${code || "no reason given"})`);
}
