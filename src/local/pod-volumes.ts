import { chmod, mkdir, mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join, normalize } from "node:path";
import type { KeyToPath, Volume } from "kubernetes-types/core/v1.js";
import type { Pod } from "../kube/index.js";
import { ConfigError } from "./config-error.js";
import type { ConfigStore } from "./config-store.js";
import { podField } from "./container-environment.js";

/** A volume of a pod on this computer. */
export interface MaterialVolume {
  readonly path: string;
  /** Whether it was made for this pod and goes with it. */
  readonly isOwn: boolean;
}

/** Where volumes are made. */
export interface VolumePlaces {
  /** Directory of this pod. */
  readonly directory: string;
  /** Directory of the claims of a namespace, which outlive pods. */
  readonly claims: string;
}

/** File system in memory, where the operating system has one. */
const MEMORY_FILE_SYSTEM = "/dev/shm";

/**
 * Makes the directories of a pod's volumes.
 * @throws ConfigError for what is missing, or can't be had on this computer
 */
export async function materializeVolumes(
  pod: Pod,
  configs: ConfigStore,
  places: VolumePlaces,
): Promise<Map<string, MaterialVolume>> {
  const volumes = new Map<string, MaterialVolume>();
  try {
    for (const volume of pod.spec?.volumes ?? []) {
      volumes.set(volume.name, await materialize(volume, pod, configs, places));
    }
    return volumes;
  } catch (error) {
    await removeVolumes(volumes);
    throw error;
  }
}

/** Removes the volumes that were made for one pod. @param keep names of those that stay */
export async function removeVolumes(
  volumes: ReadonlyMap<string, MaterialVolume>,
  keep: readonly string[] = [],
): Promise<void> {
  for (const [name, { path, isOwn }] of volumes) {
    if (isOwn && !keep.includes(name)) await rm(path, { recursive: true, force: true });
  }
}

async function materialize(
  volume: Volume,
  pod: Pod,
  configs: ConfigStore,
  places: VolumePlaces,
): Promise<MaterialVolume> {
  const path = join(places.directory, "volumes", volume.name);
  const own = async (directory = path): Promise<MaterialVolume> => {
    await mkdir(directory, { recursive: true, mode: 0o755 });
    return { path: directory, isOwn: true };
  };
  if (volume.emptyDir !== undefined) return await own(await emptyDirectory(volume.emptyDir.medium, path));
  if (volume.hostPath !== undefined) {
    const info = await stat(volume.hostPath.path).catch(() => undefined);
    if (info === undefined) throw failed(volume, `hostPath ${volume.hostPath.path} does not exist`);
    return { path: volume.hostPath.path, isOwn: false };
  }
  if (volume.persistentVolumeClaim !== undefined) {
    const claim = join(places.claims, safeName(volume.persistentVolumeClaim.claimName));
    await mkdir(claim, { recursive: true });
    return { path: claim, isOwn: false };
  }
  if (volume.secret !== undefined) {
    const { secretName = "", items, defaultMode, optional } = volume.secret;
    const data = await configs.secret(secretName);
    if (data === undefined && optional !== true) throw failed(volume, `secret "${secretName}" not found`);
    await writeKeys(path, data ?? new Map(), items, defaultMode, volume, optional === true);
    return await own();
  }
  if (volume.configMap !== undefined) {
    const { name = "", items, defaultMode, optional } = volume.configMap;
    const data = await configs.configMap(name);
    if (data === undefined && optional !== true) throw failed(volume, `configmap "${name}" not found`);
    await writeKeys(path, data ?? new Map(), items, defaultMode, volume, optional === true);
    return await own();
  }
  if (volume.projected !== undefined) {
    await mkdir(path, { recursive: true });
    for (const source of volume.projected.sources ?? []) {
      const { secret, configMap, downwardAPI } = source;
      const mode = volume.projected.defaultMode;
      if (secret !== undefined || configMap !== undefined) {
        const { name = "", items, optional } = secret ?? configMap ?? {};
        const data = secret === undefined ? await configs.configMap(name) : await configs.secret(name);
        const kind = secret === undefined ? "configmap" : "secret";
        if (data === undefined && optional !== true) throw failed(volume, `${kind} "${name}" not found`);
        await writeKeys(path, data ?? new Map(), items, mode, volume, optional === true);
      } else if (downwardAPI !== undefined) {
        for (const item of downwardAPI.items ?? []) {
          const text = podField(item.fieldRef?.fieldPath ?? "", pod);
          await writeKeys(path, new Map([[item.path, Buffer.from(text)]]), undefined, item.mode ?? mode, volume, true);
        }
      } else throw failed(volume, "service account tokens are not available on this computer");
    }
    return await own();
  }
  const kind = Object.keys(volume).find((field) => field !== "name") ?? "unknown";
  throw failed(volume, `volumes of kind ${kind} are not supported on this computer`);
}

async function emptyDirectory(medium: string | undefined, path: string): Promise<string> {
  if (medium !== "Memory") return path;
  try {
    return await mkdtemp(join(MEMORY_FILE_SYSTEM, "nbv-"));
  } catch {
    return path;
  }
}

async function writeKeys(
  directory: string,
  data: ReadonlyMap<string, Buffer>,
  items: readonly KeyToPath[] | undefined,
  defaultMode: number | undefined,
  volume: Volume,
  optional: boolean,
): Promise<void> {
  await mkdir(directory, { recursive: true, mode: 0o755 });
  const wanted = items ?? [...data.keys()].map((key): KeyToPath => ({ key, path: key }));
  for (const { key, path, mode } of wanted) {
    const content = data.get(key);
    if (content === undefined) {
      if (optional) continue;
      throw failed(volume, `references non-existent key: ${key}`);
    }
    const file = join(directory, inside(path, volume));
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content, { mode: 0o600 });
    await chmod(file, mode ?? defaultMode ?? 0o644);
  }
}

function inside(path: string, volume: Volume): string {
  const plain = normalize(path);
  if (plain.startsWith("..") || plain.startsWith("/")) throw failed(volume, `invalid path ${path}`);
  return plain;
}

function safeName(name: string): string {
  return /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/.test(name) ? name : encodeURIComponent(name).replaceAll(".", "%2E");
}

function failed(volume: Volume, why: string): ConfigError {
  return new ConfigError("FailedMount", `MountVolume.SetUp failed for volume "${volume.name}" : ${why}`);
}
