import type { Registry } from "prom-client";
import type { Answer, Route } from "./http-listener.js";
import type { ScrapeAccess, ScrapeVerdict } from "./scrape-access.js";

export interface MetricsRouteOptions {
  readonly registry: Registry;
  /** Who may read; absent = everybody. */
  readonly access?: Pick<ScrapeAccess, "judge">;
  /** Brings gauges up to date before they are read. */
  readonly refresh?: () => void;
}

const REFUSALS: Record<Exclude<ScrapeVerdict, "allowed">, Answer> = {
  unknown: {
    status: 401,
    body: "a bearer token of this cluster is needed\n",
    headers: { "www-authenticate": 'Bearer realm="metrics"' },
  },
  forbidden: { status: 403, body: "needs a role with nonResourceURLs /metrics, verb get\n" },
  busy: { status: 429, body: "too many unknown tokens\n", headers: { "retry-after": "5" } },
  unanswered: { status: 503, body: "the API server can't be asked who you are\n", headers: { "retry-after": "5" } },
};

/** `/metrics`, for those who may read it. */
export function metricsRoute(options: MetricsRouteOptions): Route {
  const { registry, access, refresh } = options;
  return async (path, request) => {
    if (path !== "/metrics") return undefined;
    const verdict = (await access?.judge(request.headers.authorization)) ?? "allowed";
    if (verdict !== "allowed") return REFUSALS[verdict];
    refresh?.();
    return { status: 200, body: await registry.metrics(), contentType: registry.contentType };
  };
}
