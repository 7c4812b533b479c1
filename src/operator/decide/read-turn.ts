import { createHash } from "node:crypto";
import {
  canonicalJson,
  effectiveSpec,
  type Instant,
  type OperatorConfig,
  parseSpec,
  readStatus,
  specHash,
} from "../../api/index.js";
import type { JobStatus, StoredJob } from "./job.js";
import type { Observation } from "./observation.js";
import type { SpecReading, Turn } from "./turn.js";

/** The facts of one decision, with spec and status judged: an older CRD or another operator may have let anything in. */
export function readTurn(job: StoredJob, seen: Observation, now: Instant): Turn {
  const { reading, hash } = readSpec(job.spec, seen.settings.config);
  return { metadata: job.metadata, reading, specHash: hash, status: statusOf(job.status), seen, now };
}

interface ReadSpec {
  readonly reading: SpecReading;
  readonly hash: string;
}

/** Judging a spec is the dearest part of a decision, and cached objects are frozen: what was read once stays true. */
const specs = new WeakMap<object, { readonly config: OperatorConfig; readonly read: ReadSpec }>();
const statuses = new WeakMap<object, JobStatus>();

function readSpec(spec: unknown, config: OperatorConfig): ReadSpec {
  const isFixed = typeof spec === "object" && spec !== null && Object.isFrozen(spec);
  const known = isFixed ? specs.get(spec) : undefined;
  if (known !== undefined && known.config === config) return known.read;
  const read = readSpecAnew(spec, config);
  if (isFixed) specs.set(spec, { config, read });
  return read;
}

function readSpecAnew(spec: unknown, config: OperatorConfig): ReadSpec {
  const parsed = parseSpec(spec);
  if (parsed.ok) {
    const reading = { ok: true, spec: parsed.spec, effective: effectiveSpec(parsed.spec, config) } as const;
    return { reading, hash: specHash(parsed.spec) };
  }
  const problem = parsed.problems.map(({ field, message }) => `${field} ${message}`).join("; ");
  const hash = createHash("sha256")
    .update(canonicalJson(spec ?? null))
    .digest("hex");
  return { reading: { ok: false, problem }, hash };
}

function statusOf(status: unknown): JobStatus {
  if (typeof status !== "object" || status === null) return {};
  const known = Object.isFrozen(status) ? statuses.get(status) : undefined;
  if (known !== undefined) return known;
  const read = readStatus(status);
  if (Object.isFrozen(status)) statuses.set(status, read);
  return read;
}
