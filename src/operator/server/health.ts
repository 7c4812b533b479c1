import type { Answer, Route } from "./http-listener.js";

/** One aspect of health: `undefined` when all is well, else what is not, in a few words without secrets. */
export type HealthCheck = () => string | undefined;

/** Named checks. */
export type HealthChecks = Readonly<Record<string, HealthCheck>>;

/**
 * `/healthz` (restart me when it fails) and `/readyz` (send me requests when it holds), with one line for each check,
 * in the form of the Kubernetes components.
 */
export function healthRoute(alive: HealthChecks, ready: HealthChecks): Route {
  return (path) => {
    switch (path) {
      case "/healthz":
      case "/livez":
        return verdict(path, alive);
      case "/readyz":
        return verdict(path, ready);
      default:
        return undefined;
    }
  };
}

function verdict(path: string, checks: HealthChecks): Answer {
  const results = Object.entries(checks).map(([name, check]) => ({ name, problem: check() }));
  const isFine = results.every(({ problem }) => problem === undefined);
  const lines = results.map(({ name, problem }) =>
    problem === undefined ? `[+]${name} ok` : `[-]${name}: ${problem}`,
  );
  lines.push(`${path.slice(1)} check ${isFine ? "passed" : "failed"}`, "");
  return { status: isFine ? 200 : 503, body: lines.join("\n") };
}
