import { createHash } from "node:crypto";
import { canonicalJson } from "./canonical-json.js";
import { parseDuration } from "./schema/duration.js";
import { parseQuantity } from "./schema/quantity.js";
import type { BuildConfig } from "./v1alpha1/build.js";
import type { NotebookValidationJobSpec } from "./v1alpha1/spec.js";

/**
 * The part of a spec whose change starts a new run, in a form in which different spellings of the same thing are equal
 * (aliases, `90s` and `1m30s`, `1` and `1000m`, empty lists and none, switched-off parts and none).
 * Not in it: how failures are retried, what happens afterwards, where the job stands in the queue, whether it is
 * suspended, whether it follows a branch, where reports are copied to.
 */
export function executionRelevant(spec: NotebookValidationJobSpec): Record<string, unknown> {
  const { notebook, goldenNotebook, podConfig, validationConfig, comparisonConfig, modelValidation } = spec;
  const { buildConfig, credentials = [], envFrom = [], resources, ...pod } = podConfig ?? {};
  const {
    dockerfile,
    timeout: buildAlias,
    resources: buildResources,
    ...build
  }: Partial<BuildConfig> = buildConfig ?? {};
  const building = buildConfig?.enabled === true;
  const relevant = {
    notebook: withoutFollow(notebook),
    goldenNotebook: goldenNotebook && withoutFollow(goldenNotebook),
    pod: {
      ...pod,
      serviceAccountName: pod.serviceAccountName === "default" ? undefined : pod.serviceAccountName,
      envFrom: [...envFrom, ...credentials.map((name) => ({ secretRef: { name } }))],
      resources: amounts(resources),
    },
    build: building
      ? {
          ...build,
          dockerfilePath: build.dockerfilePath ?? dockerfile,
          resources: amounts(buildResources),
        }
      : undefined,
    validation: validationConfig,
    comparison: goldenNotebook && comparisonConfig,
    models:
      modelValidation?.enabled === true ? { ...modelValidation, timeout: ms(modelValidation.timeout) } : undefined,
    timeouts: {
      validation: ms(spec.validationTimeout ?? spec.timeout),
      build: building ? ms(spec.buildTimeout ?? buildAlias) : undefined,
      total: ms(spec.totalTimeout),
      cell: ms(spec.cellTimeout),
    },
    claim: spec.artifacts?.claimName,
  };
  return (compact(relevant) ?? {}) as Record<string, unknown>;
}

/** Identity of {@link executionRelevant}: SHA-256 in lower-case hex. */
export function specHash(spec: NotebookValidationJobSpec): string {
  return createHash("sha256")
    .update(canonicalJson(executionRelevant(spec)))
    .digest("hex");
}

function withoutFollow<T extends { git?: { follow?: boolean } }>(notebook: T): unknown {
  if (notebook.git === undefined) return notebook;
  const { follow: _notExecuted, ...git } = notebook.git;
  return { ...notebook, git };
}

function ms(duration: string | undefined): number | undefined {
  return duration === undefined ? undefined : parseDuration(duration);
}

type Amounts = Record<string, number | string>;

function amounts(resources: { requests?: Amounts; limits?: Amounts } | undefined): unknown {
  const numbers = (map: Amounts | undefined) =>
    map && Object.fromEntries(Object.entries(map).map(([name, amount]) => [name, parseQuantity(amount)]));
  return resources && { requests: numbers(resources.requests), limits: numbers(resources.limits) };
}

/** How deep empty parts mean the same as absent ones: `{pod: {env: []}}`. Below, an empty value may speak. */
const EMPTY_DEPTH = 2;

function compact(value: unknown, depth = 0): unknown {
  if (typeof value !== "object" || value === null || depth > EMPTY_DEPTH) return value;
  if (Array.isArray(value)) return value.length === 0 ? undefined : value;
  const fields = Object.entries(value).flatMap(([key, entry]) => {
    const kept = compact(entry, depth + 1);
    return kept === undefined ? [] : [[key, kept] as const];
  });
  return fields.length === 0 ? undefined : Object.fromEntries(fields);
}
