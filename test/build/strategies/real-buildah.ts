import { existsSync } from "node:fs";
import type { ScratchSteps } from "./scratch-steps.js";

const BINARY = ["/usr/bin/buildah", "/usr/local/bin/buildah"].find(existsSync);

/** Whether steps can build for real: buildah is installed (under CI it must be), and root may use it without more ado. */
export function hasBuildah(): boolean {
  if (BINARY !== undefined && process.getuid?.() === 0) return true;
  if (BINARY === undefined && process.env["CI"] === "true") throw new Error("buildah is not installed, but CI=true");
  process.stderr.write("buildah is not installed (package buildah), or this is not root: its tests are SKIPPED\n");
  return false;
}

/** Lets steps build with this computer's buildah, which keeps everything in their scratch directory. */
export function useBuildah(steps: ScratchSteps): void {
  const storage = `--root '${steps.root}/storage' --runroot '${steps.root}/storage-run'`;
  steps.install("buildah", `#!/bin/sh\nTMPDIR='${steps.root}' exec ${BINARY} ${storage} "$@"\n`);
}
