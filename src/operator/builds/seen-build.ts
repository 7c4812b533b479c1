import {
  ANNOTATION_BUILD_ABANDONED,
  ANNOTATION_ENVIRONMENT_DIGEST,
  ANNOTATION_ENVIRONMENT_PINNED,
  BuildStrategyName,
  fromRfc3339,
  KIND,
  LABEL_BUILD_KEY,
  LABEL_BUILD_STRATEGY,
} from "../../api/index.js";
import { type BuildObservation, type BuildStrategy, parseBuildName } from "../../build/index.js";
import type { SeenBuild } from "../decide/build-observation.js";
import type { StoredBuild } from "./stored-build.js";

/** What a build object says of itself, before anybody looks at how it is doing. */
export interface BuildIdentity {
  /** `namespace/key` of its flight. */
  readonly flight: string;
  readonly number: number;
  readonly strategy: BuildStrategyName;
}

/** Names a flight among all namespaces. */
export function flightId(namespace: string, key: string): string {
  return `${namespace}/${key}`;
}

/** Whose build an object is, by its name and labels; `undefined` = it is no build of ours. */
export function identityOf({ metadata }: StoredBuild): BuildIdentity | undefined {
  const { name, namespace = "", labels = {}, annotations = {} } = metadata;
  const parsed = parseBuildName(name);
  const strategy = BuildStrategyName.safeParse(labels[LABEL_BUILD_STRATEGY]);
  if (parsed === undefined || !strategy.success || annotations[ANNOTATION_ENVIRONMENT_DIGEST] === undefined)
    return undefined;
  if (labels[LABEL_BUILD_KEY] !== parsed.key) return undefined;
  return { flight: flightId(namespace, parsed.key), number: parsed.number, strategy: strategy.data };
}

/** A build as decisions see it, but for what only its log tells. @param flight that is proven of it */
export function seenBuild(
  main: StoredBuild,
  related: readonly StoredBuild[],
  { number }: BuildIdentity,
  strategy: BuildStrategy,
  flight: string | undefined,
): SeenBuild {
  const { name, uid = "", creationTimestamp, annotations = {}, ownerReferences = [] } = main.metadata;
  const createdAt = fromRfc3339(creationTimestamp);
  return {
    name,
    uid,
    number,
    ...(createdAt !== undefined && { createdAt }),
    strategy: strategy.name,
    environmentDigest: annotations[ANNOTATION_ENVIRONMENT_DIGEST] ?? "",
    ...(flight !== undefined && { flight }),
    isPinned: annotations[ANNOTATION_ENVIRONMENT_PINNED] === "true",
    owners: ownerReferences.filter(({ kind }) => kind === KIND).map((owner) => owner.uid),
    observation: observed(main, related, strategy),
    isAbandoned: annotations[ANNOTATION_BUILD_ABANDONED] === "true",
  };
}

/** Whether nothing more will come of the build. */
export function isOver({ kind }: BuildObservation): boolean {
  return kind === "complete" || kind === "failed" || kind === "cancelled";
}

/** One that is being deleted will not come to its end any more. */
function observed(main: StoredBuild, related: readonly StoredBuild[], strategy: BuildStrategy): BuildObservation {
  const observation = strategy.observe(main, related);
  return main.metadata.deletionTimestamp === undefined || isOver(observation) ? observation : { kind: "cancelled" };
}
