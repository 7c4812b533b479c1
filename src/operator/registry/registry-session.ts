import type { ImageReference } from "../../build/index.js";
import type { Clock } from "../../kube/clock.js";
import { redact } from "../../recovery/index.js";
import { type RegistryAccess, RegistryError } from "../image-registry.js";
import { parseChallenges } from "./challenge.js";
import { basicOf, loginsFor, type RegistryLogin, secretTextsOf } from "./docker-config.js";
import { type ExchangeAnswer, exchange } from "./exchange.js";
import { fetchToken } from "./fetch-token.js";
import type { RegistryPolicy } from "./registry-policy.js";

/** One request of the distribution API, below `/v2/<name>/`. */
export interface RegistryRequest {
  readonly method: "GET" | "HEAD" | "PUT";
  /** `manifests/<tag or digest>`, `blobs/<digest>`. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  readonly maxBytes: number;
}

const TRIES = 3;
const FIRST_PAUSE_MS = 400;
const LONGEST_PAUSE_MS = 10_000;
const MAX_REDIRECTS = 5;
/** Docker Hub's API has a host of its own. */
const API_HOSTS: Readonly<Record<string, string>> = { "docker.io": "registry-1.docker.io" };

/** Talks to one repository of one registry for one job: finds the way in, follows, and tries again where that helps. */
export class RegistrySession {
  readonly #base: URL;
  readonly #logins: readonly (RegistryLogin | undefined)[];
  readonly #secrets: readonly string[];
  #authorization: string | undefined;

  /** @throws RegistryError when the credentials can't be read */
  constructor(
    private readonly image: Pick<ImageReference, "host" | "path">,
    private readonly access: RegistryAccess,
    private readonly clock: Clock,
    private readonly policy: RegistryPolicy,
    private readonly signal: AbortSignal,
  ) {
    const host = API_HOSTS[image.host] ?? image.host;
    this.#base = new URL(`${access.isInsecure ? "http" : "https"}://${host}/v2/${image.path}/`);
    const logins = access.secrets.flatMap((secret) => loginsFor(image, secret));
    this.#logins = logins.length === 0 ? [undefined] : logins;
    this.#secrets = access.secrets.flatMap(secretTextsOf);
  }

  /**
   * @returns an answer that is a success or a 404
   * @throws RegistryError; the reason of the signal
   */
  async ask(request: RegistryRequest): Promise<ExchangeAnswer> {
    const answer = await this.#authorized(request);
    if ((answer.status >= 200 && answer.status < 300) || answer.status === 404) return answer;
    throw this.#failure(answer);
  }

  async #authorized(request: RegistryRequest): Promise<ExchangeAnswer> {
    let answer = await this.#patient(request);
    if (answer.status !== 401) return answer;
    const challenges = parseChallenges(answer.header("www-authenticate") ?? "");
    for (const login of this.#logins) {
      this.#authorization = await this.#wayIn(challenges, login, request.method === "PUT");
      if (this.#authorization === undefined) continue;
      answer = await this.#patient(request);
      if (answer.status !== 401 && answer.status !== 403) return answer;
    }
    return answer;
  }

  async #wayIn(
    challenges: ReturnType<typeof parseChallenges>,
    login: RegistryLogin | undefined,
    isPush: boolean,
  ): Promise<string | undefined> {
    if (login?.kind === "registry") return `Bearer ${login.token}`;
    const bearer = challenges.find(({ scheme }) => scheme === "bearer");
    if (bearer !== undefined) {
      const scope = `repository:${this.image.path}:${isPush ? "pull,push" : "pull"}`;
      const parameters = { scope, ...bearer.parameters };
      const send = (outgoing: Parameters<typeof exchange>[0]) => exchange(outgoing, this.policy);
      const { isInsecure } = this.access;
      const token = await fetchToken(
        { parameters, login, isInsecure, signal: this.signal, registry: this.#base },
        send,
      );
      return token === undefined ? undefined : `Bearer ${token}`;
    }
    const isBasic = challenges.some(({ scheme }) => scheme === "basic");
    return isBasic && login?.kind === "password" ? `Basic ${basicOf(login.username, login.password)}` : undefined;
  }

  /** Tries again what an overloaded or restarting registry may answer later. */
  async #patient(request: RegistryRequest): Promise<ExchangeAnswer> {
    for (let tries = 1; ; tries += 1) {
      let pause = FIRST_PAUSE_MS * 2 ** (tries - 1);
      try {
        const answer = await this.#follow(request);
        if ((answer.status !== 429 && answer.status < 500) || tries === TRIES) return answer;
        pause = Math.max(pause, 1000 * (Number.parseInt(answer.header("retry-after") ?? "", 10) || 0));
      } catch (error) {
        if (!(error instanceof RegistryError) || error.kind !== "unavailable" || tries === TRIES) throw error;
      }
      await this.clock.sleep(Math.min(pause, LONGEST_PAUSE_MS), this.signal);
    }
  }

  async #follow(request: RegistryRequest): Promise<ExchangeAnswer> {
    const { method, path, headers = {}, body, maxBytes } = request;
    const { signal } = this;
    let url = new URL(path, this.#base);
    for (let redirects = 0; ; redirects += 1) {
      const authorization = url.host === this.#base.host ? this.#authorization : undefined;
      const answer = await exchange(
        {
          ...{ url, method, maxBytes, signal },
          headers: { ...headers, ...(authorization !== undefined && { authorization }) },
          ...(body !== undefined && { body }),
        },
        this.policy,
      );
      const location = answer.header("location");
      const isRedirect = [301, 302, 303, 307, 308].includes(answer.status) && location !== undefined;
      if (!isRedirect || method === "PUT") return answer;
      if (redirects === MAX_REDIRECTS) throw this.#refused("redirects without end");
      url = this.#target(location, url);
    }
  }

  /** Storage behind a registry is often elsewhere: it is followed, without the credentials, never from https to http. */
  #target(location: string, from: URL): URL {
    if (!URL.canParse(location, from.href)) throw this.#refused("redirects to something that is not a URL");
    const target = new URL(location, from);
    const isHttp = target.protocol === "http:" && from.protocol === "http:";
    if (target.protocol !== "https:" && !isHttp)
      throw this.#refused(`redirects to ${target.protocol}//, which is not followed`);
    return target;
  }

  #refused(what: string): RegistryError {
    return new RegistryError("refused", `The registry ${this.image.host} ${what}`);
  }

  #failure(answer: ExchangeAnswer): RegistryError {
    const { status } = answer;
    const said = this.#words(answer);
    const what = `The registry ${this.image.host}`;
    if (status === 401 || status === 403) {
      const advice =
        this.access.secrets.length === 0
          ? "no credentials are given"
          : this.#logins[0] === undefined
            ? "the Secret has no login for it"
            : "the credentials of the Secret are wrong, or may not do this";
      return new RegistryError("denied", `${what} refused access to ${this.image.path} (${advice})${said}`);
    }
    if (status === 429 || status >= 500) {
      return new RegistryError("unavailable", `${what} answered with status ${status}${said}`);
    }
    const isKept = status === 409 || status === 412 || /immutable|already exists/i.test(said);
    return new RegistryError(isKept ? "immutable" : "invalid", `${what} answered with status ${status}${said}`);
  }

  /** What the registry says itself, by the distribution specification's form of errors. */
  #words({ body }: ExchangeAnswer): string {
    try {
      const { errors } = JSON.parse(body.toString("utf8")) as { errors?: { code?: unknown; message?: unknown }[] };
      const { code, message } = errors?.[0] ?? {};
      const words = [code, message].filter((word) => typeof word === "string" && word !== "").join(", ");
      const plain = redact(words, this.#secrets).replace(/[^\x20-\x7e\u00a0-\uffff]+/g, " ");
      return plain === "" ? "" : `: ${plain.slice(0, 200)}`;
    } catch {
      return "";
    }
  }
}
