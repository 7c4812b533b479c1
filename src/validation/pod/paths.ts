import { RESERVED_MOUNT_PATHS } from "../../api/index.js";

/** Where things are in the validation pod. Every path that a command, argument or variable names begins with one of these. */
export const PATHS = {
  runner: "/nbv/runner",
  source: "/nbv/source",
  /** The golden notebook's own repository. */
  golden: "/nbv/golden",
  handover: "/nbv/handover",
  home: "/nbv/home",
  artifacts: "/nbv/artifacts",
  credentials: "/nbv/credentials",
  goldenCredentials: "/nbv/golden-credentials",
  /** A local working tree in place of a Git repository; only the local executor mounts it. */
  tree: "/nbv/tree",
  /** The runner as an archive, where no image of the operator brings it. */
  archive: "/nbv/archive",
  tmp: "/tmp",
  terminationLog: "/dev/termination-log",
} as const;

/** Names of the pod's own volumes: all begin with `RESERVED_VOLUME_PREFIX`. */
export const VOLUMES = {
  runner: "nbv-runner",
  source: "nbv-source",
  golden: "nbv-golden",
  handover: "nbv-handover",
  home: "nbv-home",
  artifacts: "nbv-artifacts",
  tmp: "nbv-tmp",
  /** `/tmp` of the init container: what Git leaves there never meets the notebook. */
  fetchTmp: "nbv-fetch-tmp",
  credentials: "nbv-credentials",
  goldenCredentials: "nbv-golden-credentials",
  tree: "nbv-tree",
  archive: "nbv-archive",
} as const;

/** Containers of the validation pod. */
export const SOURCE_CONTAINER = "source";
export const NOTEBOOK_CONTAINER = "notebook";

const RESERVED_PATHS: readonly string[] = [...RESERVED_MOUNT_PATHS, PATHS.terminationLog];

/** Whether a job's mount at `path` would cover something that the validation needs. */
export function isReservedPath(path: string): boolean {
  const plain = path.replace(/\/+$/, "");
  return plain === "" || RESERVED_PATHS.some((own) => plain === own || plain.startsWith(`${own}/`));
}
