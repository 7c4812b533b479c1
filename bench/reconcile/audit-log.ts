import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";

/** One request as the API server's audit log has it. */
export interface AuditedRequest {
  readonly user: string;
  /** `create pods`, `patch notebookvalidationjobs/status`. */
  readonly what: string;
  readonly verb: string;
  /** When it was received; epoch milliseconds. */
  readonly at: number;
  readonly code: number;
}

interface AuditEvent {
  verb: string;
  requestURI: string;
  user: { username: string };
  objectRef?: { resource?: string; subresource?: string };
  responseStatus?: { code?: number };
  requestReceivedTimestamp: string;
}

/** Policy that logs each request once, when it is answered, without bodies. */
export const AUDIT_POLICY = {
  apiVersion: "audit.k8s.io/v1",
  kind: "Policy",
  omitStages: ["RequestReceived", "ResponseStarted"],
  rules: [{ level: "Metadata" }],
};

/** Requests of one user that the API server received in a span of time. Watches appear when they end. */
export async function requestsOf(file: string, user: string, from: number, until: number): Promise<AuditedRequest[]> {
  const found: AuditedRequest[] = [];
  for await (const line of createInterface({ input: createReadStream(file) })) {
    if (!line.includes(user)) continue;
    const request = parsed(line);
    if (request !== undefined && request.user === user && request.at >= from && request.at <= until)
      found.push(request);
  }
  return found;
}

/** How many requests there were of each kind, the most frequent first. */
export function countByKind(requests: readonly AuditedRequest[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { what } of requests) counts.set(what, (counts.get(what) ?? 0) + 1);
  return new Map([...counts].sort(([, a], [, b]) => b - a));
}

/** Undefined for the line that is being written. */
function parsed(line: string): AuditedRequest | undefined {
  try {
    const event = JSON.parse(line) as AuditEvent;
    const { resource = event.requestURI, subresource } = event.objectRef ?? {};
    return {
      user: event.user.username,
      verb: event.verb,
      what: `${event.verb} ${resource}${subresource === undefined ? "" : `/${subresource}`}`,
      at: Date.parse(event.requestReceivedTimestamp),
      code: event.responseStatus?.code ?? 0,
    };
  } catch {
    return undefined;
  }
}
