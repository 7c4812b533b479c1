// Who made an object, and would make it again.
import {
  ARGOCD_INSTANCE_LABEL,
  ARGOCD_TRACKING_ANNOTATION,
  CONFIG_SYNC_ID_ANNOTATION,
  CONFIG_SYNC_MANAGED_ANNOTATION,
  FLEET_SET_ANNOTATION,
  FLEET_SET_LABEL,
  FLUX_HELM_RELEASE_LABEL,
  FLUX_KUSTOMIZATION_LABEL,
  INSTANCE_LABEL,
} from "./labels.js";

const LABELS = [
  ARGOCD_INSTANCE_LABEL,
  INSTANCE_LABEL,
  FLUX_KUSTOMIZATION_LABEL,
  FLUX_HELM_RELEASE_LABEL,
  FLEET_SET_LABEL,
];
const ANNOTATIONS = [ARGOCD_TRACKING_ANNOTATION, FLEET_SET_ANNOTATION, CONFIG_SYNC_ID_ANNOTATION];

/**
 * Whether Argo CD, Flux, Fleet or Config Sync made the object and would make it again, if it were gone. In doubt it is so:
 * an object that nobody would make again stays longer than it need be, one that is made again comes back for ever.
 */
export function isOwnedByGitOps(metadata: {
  readonly labels?: Readonly<Record<string, string>> | undefined;
  readonly annotations?: Readonly<Record<string, string>> | undefined;
}): boolean {
  const { labels = {}, annotations = {} } = metadata;
  return (
    LABELS.some((label) => labels[label] !== undefined) ||
    ANNOTATIONS.some((annotation) => annotations[annotation] !== undefined) ||
    annotations[CONFIG_SYNC_MANAGED_ANNOTATION] === "enabled"
  );
}
