import { createHash } from "node:crypto";
import {
  API_VERSION,
  adoptGoObject,
  canonicalJson,
  effectiveSpec,
  type Instant,
  KIND,
  type OperatorConfig,
  parseSpec,
  REASON_ADOPTED,
  specHash,
} from "../../api/index.js";
import { beganByNow } from "./began-by-now.js";
import { conditionOf } from "./conditions.js";
import type { JobStatus, StoredJob } from "./job.js";
import type { Observation } from "./observation.js";
import { statusOf } from "./read-status.js";
import type { SpecReading, Turn } from "./turn.js";

/** The facts of one decision, with spec and status judged: an older CRD or another operator may have let anything in. */
export function readTurn(job: StoredJob, seen: Observation, now: Instant): Turn {
  const { config } = seen.settings;
  const status = beganByNow(statusOf(job.status), now);
  const { reading, hash } = readSpec(job.spec, config);
  return { metadata: job.metadata, reading: adopted(reading, status, config), specHash: hash, status, seen, now };
}

/** The reading without the defaults of an operator that was here before us, if one was. */
function adopted(reading: SpecReading, status: JobStatus, config: OperatorConfig): SpecReading {
  const isForeign = status.phase !== undefined && status.specHash === undefined;
  const wasForeign = conditionOf(status, "SpecValid")?.reason === REASON_ADOPTED;
  if (!reading.ok || !(isForeign || wasForeign)) return reading;
  const { spec } = reading;
  const adoption = adoptGoObject({ apiVersion: API_VERSION, kind: KIND, metadata: { name: "" }, spec, status });
  if (!adoption.adopted) return reading;
  return { ok: true, spec: adoption.spec, effective: effectiveSpec(adoption.spec, config), adoption };
}

interface ReadSpec {
  readonly reading: SpecReading;
  readonly hash: string;
}

/** Judging a spec is the dearest part of a decision, and cached objects are frozen: what was read once stays true. */
const specs = new WeakMap<object, { readonly config: OperatorConfig; readonly read: ReadSpec }>();

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
  return { reading: { ok: false, problem }, hash: createHash("sha256").update(textOf(spec, problem)).digest("hex") };
}

/** What tells an unusable spec from the next one. */
function textOf(spec: unknown, problem: string): string {
  try {
    return canonicalJson(spec ?? null);
  } catch (error) {
    // It is nested too deeply to be written down.
    if (error instanceof RangeError) return problem;
    throw error;
  }
}
