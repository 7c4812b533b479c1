import { RegistryError } from "../image-registry.js";
import { basicOf, type RegistryLogin } from "./docker-config.js";
import type { ExchangeAnswer, ExchangeRequest } from "./exchange.js";

/** A token that a registry asks for, and who asks. */
export interface TokenQuestion {
  /** Of the registry's challenge: `realm`, `service`, `scope`. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly login: RegistryLogin | undefined;
  /** Whether credentials may go over plain http. */
  readonly isInsecure: boolean;
  readonly registry: URL;
  readonly signal: AbortSignal;
}

const MAX_ANSWER = 1024 ** 2;
const CLIENT_ID = "notebook-validator-operator";

/**
 * Gets a token from the server that a registry names, by the distribution project's token and OAuth 2 specifications.
 * @returns `undefined` when the login is refused
 * @throws RegistryError
 */
export async function fetchToken(
  question: TokenQuestion,
  send: (request: ExchangeRequest) => Promise<ExchangeAnswer>,
): Promise<string | undefined> {
  const { parameters, login, signal, registry } = question;
  const url = realmOf(question);
  const common = { maxBytes: MAX_ANSWER, signal } as const;
  let answer: ExchangeAnswer;
  if (login?.kind === "identity") {
    const form = { grant_type: "refresh_token", refresh_token: login.token, client_id: CLIENT_ID };
    const body = new URLSearchParams({ ...pick(parameters), ...form }).toString();
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    answer = await send({ ...common, url, method: "POST", headers, body });
  } else {
    for (const [name, value] of Object.entries(pick(parameters))) url.searchParams.set(name, value);
    const basic = login?.kind === "password" ? basicOf(login.username, login.password) : undefined;
    const headers = basic === undefined ? {} : { authorization: `Basic ${basic}` };
    answer = await send({ ...common, url, method: "GET", headers });
  }
  if ([400, 401, 403].includes(answer.status)) return undefined;
  if (answer.status !== 200) {
    const what = `The server ${url.host} that gives tokens for the registry ${registry.host}`;
    throw new RegistryError("unavailable", `${what} answered with status ${answer.status}`);
  }
  return tokenOf(answer.body) ?? invalid(`The server ${url.host} gave no token for the registry ${registry.host}`);
}

function realmOf({ parameters, isInsecure, registry }: TokenQuestion): URL {
  const { realm = "" } = parameters;
  if (!URL.canParse(realm)) return invalid(`The registry ${registry.host} names no server that gives tokens`);
  const url = new URL(realm);
  if (url.protocol === "https:" || (url.protocol === "http:" && isInsecure)) return url;
  throw new RegistryError(
    "refused",
    `The registry ${registry.host} wants credentials to be sent to ${url.host} without TLS`,
  );
}

function pick({ service, scope }: Readonly<Record<string, string>>): Record<string, string> {
  return { ...(service !== undefined && { service }), ...(scope !== undefined && { scope }) };
}

function tokenOf(body: Buffer): string | undefined {
  try {
    const { token, access_token } = JSON.parse(body.toString("utf8")) as { token?: unknown; access_token?: unknown };
    const found = [token, access_token].find((each) => typeof each === "string" && each !== "");
    // A header has no room for anything else.
    return typeof found === "string" && /^[\x21-\x7e]+$/.test(found) ? found : undefined;
  } catch {
    return undefined;
  }
}

function invalid(message: string): never {
  throw new RegistryError("invalid", message);
}
