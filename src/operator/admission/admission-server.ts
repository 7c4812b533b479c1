import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import type { Logger } from "pino";
import { type OperatorConfig, WEBHOOK_PATH } from "../../api/index.js";
import { UserError } from "../../api/user-error.js";
import type { ServingCertificate } from "../certificate/index.js";
import { type Address, addressText } from "../server/address.js";
import { answerReview, MalformedReview, readReview } from "./admission-review.js";
import { countValues } from "./count-values.js";
import { judgeRequest } from "./judge-request.js";
import { BodyReader, UnreadableBody } from "./read-body.js";
import { Turns } from "./turns.js";

export interface AdmissionServerOptions {
  readonly address: Address;
  readonly certificate: Pick<ServingCertificate, "tlsOptions" | "onChange">;
  readonly config: OperatorConfig;
  readonly logger: Logger;
}

/** Longest time for a whole review to arrive, milliseconds: the API server gives up after 5 s itself. */
const REQUEST_MS = 10_000;
/** The API server closes idle connections after 90 s; who closes first risks a call that is lost on the way. */
const KEEP_ALIVE_MS = 120_000;
/** Longest wait for answers under way when the server stops, milliseconds. */
const DRAIN_MS = 3_000;
const MAX_CONNECTIONS = 512;
/**
 * Most values in a review: two objects, each with a spec at its bound, the `managedFields` that describe it, and a status.
 * The bound is on time: some 100 ms for the hostile, instead of seconds.
 */
const MAX_REVIEW_VALUES = 120_000;
const JSON_TYPE = /^application\/json\s*(;|$)/i;

/**
 * The admission webhook: validating and warning, over TLS, on every replica whether it leads or not. Handshakes fail until
 * there is a certificate, and use the new one as soon as there is another.
 */
export class AdmissionServer {
  readonly #options: AdmissionServerOptions;
  readonly #server: Server;
  readonly #bodies = new BodyReader();
  readonly #turns = new Turns();
  #stopListening: () => void = () => undefined;
  #port = 0;

  constructor(options: AdmissionServerOptions) {
    this.#options = options;
    this.#server = createServer({ maxHeaderSize: 16 * 1024, handshakeTimeout: REQUEST_MS }, (request, response) => {
      void this.#serve(request, response);
    });
    this.#server.headersTimeout = REQUEST_MS;
    this.#server.requestTimeout = REQUEST_MS;
    this.#server.keepAliveTimeout = KEEP_ALIVE_MS;
    this.#server.maxConnections = MAX_CONNECTIONS;
  }

  /** The port that it listens on, once it has started. */
  get port(): number {
    return this.#port;
  }

  /** @throws UserError when the address is taken or not ours */
  async start(): Promise<void> {
    const { address, certificate, logger } = this.#options;
    this.#useCertificate();
    this.#stopListening = certificate.onChange((use) => {
      if (use === "webhook") this.#useCertificate();
    });
    const { host, port } = address;
    await new Promise<void>((resolve, reject) => {
      this.#server.once("error", (error: NodeJS.ErrnoException) => {
        const what = `the webhook can't listen on ${addressText(address)} (${error.code ?? error.name})`;
        reject(new UserError({ what, fix: "give another --webhook-address, or off" }));
      });
      this.#server.listen({ port, ...(host === undefined ? {} : { host }) }, resolve);
    });
    this.#port = (this.#server.address() as AddressInfo).port;
    // A connection that fails is its client's matter.
    this.#server.on("error", () => undefined);
    this.#server.on("tlsClientError", () => undefined);
    logger.info({ address: addressText({ ...address, port: this.port }) }, "serving the admission webhook");
  }

  /** Takes no more reviews, and answers those that are under way. */
  async stop(): Promise<void> {
    this.#stopListening();
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeIdleConnections();
    const force = setTimeout(() => this.#server.closeAllConnections(), DRAIN_MS);
    await closed;
    clearTimeout(force);
  }

  #useCertificate(): void {
    const tls = this.#options.certificate.tlsOptions("webhook");
    if (tls !== undefined) this.#server.setSecureContext(tls);
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const refused = refusedRequest(request);
      if (refused !== undefined) return send(response, ...refused);
      await this.#bodies.read(request, async (bytes) => {
        await this.#turns.next();
        // Whoever hung up while others had their turn wants no answer any more.
        if (!response.destroyed) this.#judge(bytes, response);
      });
    } catch (error) {
      this.#fail(error, response);
    }
  }

  #judge(bytes: Buffer, response: ServerResponse): void {
    const started = performance.now();
    const review = readReview(parseBody(bytes));
    const verdict = judgeRequest(review, this.#options.config);
    send(response, 200, JSON.stringify(answerReview(review, verdict)), "application/json");
    const { uid, operation, namespace, name } = review;
    const said = { uid, operation, namespace, name, allowed: verdict.allowed, warnings: verdict.warnings.length };
    this.#options.logger.debug({ ...said, ms: Math.round(performance.now() - started) }, "judged a job");
  }

  #fail(error: unknown, response: ServerResponse): void {
    if (error instanceof MalformedReview) return send(response, 400, error.message);
    if (error instanceof UnreadableBody) return send(response, error.status, error.message);
    if (response.destroyed || response.headersSent) return;
    // Never the message: it may quote the object.
    this.#options.logger.error(
      { error: error instanceof Error ? error.name : "unknown" },
      "a review could not be judged",
    );
    send(response, 500, "the webhook failed to judge the object");
  }
}

/** Starts an {@link AdmissionServer} that stops when `signal` aborts. @throws UserError when it can't listen */
export async function startAdmissionServer(
  options: AdmissionServerOptions & { readonly signal: AbortSignal },
): Promise<AdmissionServer> {
  const server = new AdmissionServer(options);
  await server.start();
  const stop = () => void server.stop();
  if (options.signal.aborted) stop();
  else options.signal.addEventListener("abort", stop, { once: true });
  return server;
}

function refusedRequest(request: IncomingMessage): [status: number, text: string] | undefined {
  const path = (request.url ?? "/").split("?", 1)[0];
  if (path !== WEBHOOK_PATH) return [404, `reviews are answered at ${WEBHOOK_PATH}`];
  if (request.method !== "POST") return [405, "reviews are sent by POST"];
  if (!JSON_TYPE.test(request.headers["content-type"] ?? "")) return [415, "reviews are application/json"];
  return undefined;
}

function parseBody(bytes: Buffer): unknown {
  if (countValues(bytes) > MAX_REVIEW_VALUES) {
    throw new UnreadableBody(413, `the review holds more than ${MAX_REVIEW_VALUES} values`);
  }
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    throw new MalformedReview("the body is not JSON");
  }
}

/** Whoever was refused may still be sending: that connection ends. */
function send(response: ServerResponse, status: number, body: string, contentType = "text/plain; charset=utf-8"): void {
  if (response.destroyed) return;
  const bytes = Buffer.from(contentType.startsWith("text/") ? `${body}\n` : body);
  response.writeHead(status, {
    "content-type": contentType,
    "content-length": bytes.byteLength,
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    ...(status === 200 ? {} : { connection: "close" }),
    ...(status === 405 ? { allow: "POST" } : {}),
  });
  response.end(bytes);
}
