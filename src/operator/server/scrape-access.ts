import { createHash } from "node:crypto";
import type { Clock } from "../../kube/clock.js";
import type { Cluster } from "../../kube/cluster.js";
import { within } from "../../kube/deadline.js";
import type { KubernetesObject } from "../../kube/object.js";
import type { Resource } from "../../kube/resource.js";
import { objectOf, SUBJECT_ACCESS_REVIEWS, TOKEN_REVIEWS } from "../../kube/resources.js";
import { ReviewBudget } from "./review-budget.js";

/** What came of a request for metrics. */
export type ScrapeVerdict =
  | "allowed"
  /** No token, or one that nobody knows. */
  | "unknown"
  /** Somebody who may not. */
  | "forbidden"
  /** Too many unknown tokens at once. */
  | "busy"
  /** The API server can't be asked. */
  | "unanswered";

export interface ScrapeAccessOptions {
  readonly cluster: Pick<Cluster, "create">;
  readonly clock: Clock;
  /** Told when the API server can't be asked. Never of tokens. */
  readonly onError?: (error: unknown) => void;
}

interface Remembered {
  readonly verdict: "allowed" | "unknown" | "forbidden";
  /** By {@link Clock.elapsed}. */
  readonly since: number;
}

/** How long a decision holds, milliseconds. */
const FRESH_MS = { allowed: 60_000, unknown: 10_000, forbidden: 10_000 };
/** How long a permission holds on while the API server can't be asked, milliseconds. */
const STALE_MS = 10 * 60_000;
/** Longest wait for the two reviews, milliseconds: scrapes have a time limit of their own, 10 s by default. */
const REVIEW_MS = 5_000;
const MAX_REMEMBERED = 1_000;
const MAX_TOKEN = 16 * 1024;

/**
 * Who may read `/metrics`: bearers of a token whose account may `get` that path (`nonResourceURLs`), as in the
 * components of Kubernetes. Decisions are remembered for a moment, by a hash of the token.
 */
export class ScrapeAccess {
  readonly #options: ScrapeAccessOptions;
  readonly #remembered = new Map<string, Remembered>();
  readonly #underWay = new Map<string, Promise<ScrapeVerdict>>();
  readonly #budget: ReviewBudget;

  constructor(options: ScrapeAccessOptions) {
    this.#options = options;
    this.#budget = new ReviewBudget(options.clock);
  }

  /** @param authorization the request's header */
  async judge(authorization: string | undefined): Promise<ScrapeVerdict> {
    const token = /^bearer +([\w.~+/=-]+)$/i.exec(authorization ?? "")?.[1];
    if (token === undefined || token.length > MAX_TOKEN) return "unknown";
    const key = createHash("sha256").update(token).digest("base64");
    const known = this.#remembered.get(key);
    if (known !== undefined && this.#ageOf(known) < FRESH_MS[known.verdict]) return known.verdict;
    const underWay = this.#underWay.get(key);
    if (underWay !== undefined) return underWay;
    // Guessed tokens must not keep out who was let in before.
    if (known?.verdict !== "allowed" && !this.#budget.take()) return "busy";
    const asking = this.#ask(token, key, known).finally(() => this.#underWay.delete(key));
    this.#underWay.set(key, asking);
    return asking;
  }

  async #ask(token: string, key: string, known: Remembered | undefined): Promise<ScrapeVerdict> {
    const { clock, onError } = this.#options;
    try {
      const verdict = await within(clock, REVIEW_MS, undefined, () => this.#review(token));
      this.#remember(key, verdict);
      return verdict;
    } catch (error) {
      onError?.(error);
      return known?.verdict === "allowed" && this.#ageOf(known) < STALE_MS ? "allowed" : "unanswered";
    }
  }

  async #review(token: string): Promise<Remembered["verdict"]> {
    const { cluster } = this.#options;
    const who = await cluster.create(TOKEN_REVIEWS, review(TOKEN_REVIEWS, { spec: { token } }));
    const { authenticated, user: { username, uid, groups = [], extra } = {} } = who.status ?? {};
    if (authenticated !== true || !username) return "unknown";
    const spec = {
      user: username,
      groups,
      ...(uid === undefined ? {} : { uid }),
      ...(extra === undefined ? {} : { extra }),
      nonResourceAttributes: { path: "/metrics", verb: "get" },
    };
    const may = await cluster.create(SUBJECT_ACCESS_REVIEWS, review(SUBJECT_ACCESS_REVIEWS, { spec }));
    return may.status?.allowed === true ? "allowed" : "forbidden";
  }

  #remember(key: string, verdict: Remembered["verdict"]): void {
    this.#remembered.delete(key);
    this.#remembered.set(key, { verdict, since: this.#options.clock.elapsed() });
    if (this.#remembered.size <= MAX_REMEMBERED) return;
    // The oldest that keeps nobody out.
    const keys = [...this.#remembered.keys()];
    const oldest = keys.find((each) => this.#remembered.get(each)?.verdict !== "allowed") ?? keys[0];
    if (oldest !== undefined) this.#remembered.delete(oldest);
  }

  #ageOf({ since }: Remembered): number {
    return this.#options.clock.elapsed() - since;
  }
}

/** A question as the API server takes it. */
function review<T extends KubernetesObject>(resource: Resource<T>, question: Omit<T, keyof KubernetesObject>): T {
  return objectOf(resource, question);
}
