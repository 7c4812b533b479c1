import type { Volume, VolumeMount } from "kubernetes-types/core/v1.js";
import { RESERVED_VOLUME_PREFIX, UserError } from "../../api/index.js";
import { isReservedPath, PATHS, VOLUMES } from "./paths.js";
import type { ValidationPodRequest } from "./request.js";

const SECRET_MODE = 0o440;

/** All volumes of the pod, the job's own last. @throws UserError when the job uses a reserved name. */
export function podVolumes(request: ValidationPodRequest): Volume[] {
  return [
    { name: VOLUMES.runner, emptyDir: {} },
    { name: VOLUMES.source, emptyDir: {} },
    { name: VOLUMES.handover, emptyDir: { medium: "Memory", sizeLimit: "1Mi" } },
    { name: VOLUMES.home, emptyDir: {} },
    artifactsVolume(request.artifactsClaim),
    { name: VOLUMES.tmp, emptyDir: {} },
    { name: VOLUMES.fetchTmp, emptyDir: {} },
    ...sourceVolumes(request),
    ...goldenVolumes(request),
    ...ownVolumes(request),
  ];
}

function artifactsVolume(claimName: string | undefined): Volume {
  if (claimName === undefined) return { name: VOLUMES.artifacts, emptyDir: {} };
  return { name: VOLUMES.artifacts, persistentVolumeClaim: { claimName } };
}

function sourceVolumes({ source }: ValidationPodRequest): Volume[] {
  if (source.kind === "tree") return [{ name: VOLUMES.tree, hostPath: { path: source.path, type: "Directory" } }];
  if (source.kind === "image") return [{ name: VOLUMES.archive, configMap: { name: source.runner.configMap } }];
  if (source.credentialsSecret === undefined) return [];
  return [{ name: VOLUMES.credentials, secret: { secretName: source.credentialsSecret, defaultMode: SECRET_MODE } }];
}

function goldenVolumes({ golden }: ValidationPodRequest): Volume[] {
  if (golden === undefined) return [];
  const files: Volume = { name: VOLUMES.golden, emptyDir: {} };
  const { credentialsSecret } = golden;
  if (credentialsSecret === undefined) return [files];
  const secret = { secretName: credentialsSecret, defaultMode: SECRET_MODE };
  return [files, { name: VOLUMES.goldenCredentials, secret }];
}

function ownVolumes({ pod }: ValidationPodRequest): readonly Volume[] {
  const volumes = pod?.volumes ?? [];
  const taken = volumes.filter(({ name }) => name.startsWith(RESERVED_VOLUME_PREFIX));
  // Sizes may be numbers here; the API server takes them as they are.
  if (taken.length === 0) return volumes as readonly Volume[];
  throw new UserError({
    what: `volume names that begin with "${RESERVED_VOLUME_PREFIX}" are reserved`,
    where: taken.map(({ name }) => `spec.podConfig.volumes: ${name}`),
    fix: "give the volume another name",
  });
}

/** Mounts of the init container: the only place where Git credentials are. */
export function fetcherMounts({ source, golden }: ValidationPodRequest): VolumeMount[] {
  return [
    { name: VOLUMES.runner, mountPath: PATHS.runner },
    { name: VOLUMES.source, mountPath: PATHS.source },
    { name: VOLUMES.handover, mountPath: PATHS.handover },
    { name: VOLUMES.fetchTmp, mountPath: PATHS.tmp },
    ...(source.kind === "tree" ? [{ name: VOLUMES.tree, mountPath: PATHS.tree, readOnly: true }] : []),
    ...(source.kind === "image" ? [{ name: VOLUMES.archive, mountPath: PATHS.archive, readOnly: true }] : []),
    ...(source.kind === "git" && source.credentialsSecret !== undefined
      ? [{ name: VOLUMES.credentials, mountPath: PATHS.credentials, readOnly: true }]
      : []),
    ...(golden ? [{ name: VOLUMES.golden, mountPath: PATHS.golden }] : []),
    ...(golden?.credentialsSecret !== undefined
      ? [{ name: VOLUMES.goldenCredentials, mountPath: PATHS.goldenCredentials, readOnly: true }]
      : []),
  ];
}

/** Mounts of the notebook's container. @throws UserError when the job mounts over a reserved path. */
export function notebookMounts({ pod, golden }: ValidationPodRequest): VolumeMount[] {
  const wanted = pod?.volumeMounts ?? [];
  const taken = wanted.filter(({ mountPath }) => isReservedPath(mountPath));
  if (taken.length > 0) {
    throw new UserError({
      what: "the validation needs these paths for itself",
      where: taken.map(({ name, mountPath }) => `spec.podConfig.volumeMounts: ${name} at ${mountPath}`),
      fix: "mount the volume elsewhere, for example under /data",
    });
  }
  const hasOwnTmp = wanted.some(({ mountPath }) => mountPath.replace(/\/+$/, "") === PATHS.tmp);
  return [
    { name: VOLUMES.runner, mountPath: PATHS.runner, readOnly: true },
    { name: VOLUMES.source, mountPath: PATHS.source },
    ...(golden ? [{ name: VOLUMES.golden, mountPath: PATHS.golden, readOnly: true }] : []),
    { name: VOLUMES.handover, mountPath: PATHS.handover },
    { name: VOLUMES.home, mountPath: PATHS.home },
    { name: VOLUMES.artifacts, mountPath: PATHS.artifacts },
    ...(hasOwnTmp ? [] : [{ name: VOLUMES.tmp, mountPath: PATHS.tmp }]),
    ...wanted,
  ];
}
