import { CONFIG_MAPS, NOTEBOOK_VALIDATION_JOBS, PODS } from "../../../src/kube/resources.js";
import type { ChaosWorld, Deed } from "./chaos-world.js";

/** Fields whose value depends on when something happened, or is drawn by the API server. */
const TIMES_AND_DRAWS = new Set([
  ...["resourceVersion", "uid", "creationTimestamp", "managedFields", "lastTransitionTime", "duration", "time"],
  ...["startTime", "completionTime", "queuedAt", "resolvedAt", "lastErrorAt", "lastRetryTime", "nextRetryTime"],
  ...["startedAt", "finishedAt", "at", "since", "until", "tries"],
]);

/** What a report says, and when: the former is in the status already. */
const REPORT_DATA = "data";

/** Everything that the cluster holds when all is over, without times: equal whoever died when. */
export async function finalState({
  test: { cluster, namespace },
  tekton,
  outside,
  builds: isBuilding,
}: ChaosWorld): Promise<unknown> {
  const [jobs, pods, builds, configMaps] = await Promise.all([
    cluster.list(NOTEBOOK_VALIDATION_JOBS, { namespace }),
    cluster.list(PODS, { namespace }),
    isBuilding ? tekton.runs() : [],
    cluster.list(CONFIG_MAPS, { namespace }),
  ]);
  return timeless({
    jobs: jobs.items,
    pods: pods.items.map(({ metadata, status }) => ({ name: metadata.name, phase: status?.phase })),
    builds: builds.map(({ metadata: { name, ownerReferences = [] } }) => ({
      name,
      owners: ownerReferences.map((owner) => owner.name),
    })),
    configMaps: configMaps.items.map(({ metadata, data }) => ({
      name: metadata.name,
      [REPORT_DATA]: Object.keys(data ?? {}).sort(),
    })),
    images: [...outside.images].map(([name, { digest }]) => `${name} = ${digest}`).sort(),
  });
}

function timeless(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(timeless);
  if (typeof value !== "object" || value === null) return value;
  const kept = Object.entries(value).filter(([name]) => !TIMES_AND_DRAWS.has(name));
  return Object.fromEntries(kept.map(([name, each]) => [name, timeless(name === "conditions" ? byType(each) : each)]));
}

/** Conditions stand in the order in which they were first known. */
function byType(conditions: unknown): unknown {
  return [...(conditions as { type: string }[])].sort((a, b) => a.type.localeCompare(b.type));
}

/** How often each thing was done, of one kind of call. */
export function times(deeds: readonly Deed[], call: string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const deed of deeds) if (deed.call === call) counts[deed.about] = (counts[deed.about] ?? 0) + 1;
  return counts;
}
