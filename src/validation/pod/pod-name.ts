import { createHash } from "node:crypto";

/** Longest name: a pod's name is also its host name, a DNS label. */
const MAX_LABEL = 63;
const HASH_LENGTH = 10;
const DNS_LABEL = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/;

/**
 * Name of the pod of one attempt: `<job>-val-<runId8>-<n>`. A job name that is too long for it, or
 * not a DNS label (dots), is shortened and told apart by a hash. The same arguments always give the same name.
 *
 * @param attempt 1 for the first attempt of the run.
 */
export function validationPodName(job: string, runId: string, attempt: number): string {
  const run = /^[a-z0-9]{8}/.exec(runId)?.[0] ?? hashOf(runId).slice(0, 8);
  const suffix = `-val-${run}-${attempt}`;
  return `${shortened(job, MAX_LABEL - suffix.length)}${suffix}`;
}

/** `name` as a label's value, which ends at 63 characters where names may have 253. */
export function labelValue(name: string): string {
  if (name.length <= MAX_LABEL) return name;
  return `${name.slice(0, MAX_LABEL - HASH_LENGTH - 1).replace(/[^A-Za-z0-9]+$/, "")}-${hashOf(name)}`;
}

function shortened(name: string, room: number): string {
  if (name.length <= room && DNS_LABEL.test(name)) return name;
  const readable = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .slice(0, room - HASH_LENGTH - 1)
    .replace(/^-+|-+$/g, "");
  return readable === "" ? `j-${hashOf(name)}` : `${readable}-${hashOf(name)}`;
}

function hashOf(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, HASH_LENGTH);
}
