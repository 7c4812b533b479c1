import type { NodeWorld } from "../../node-world.js";
import { tellOfFailedBuilds } from "./builds-that-fail.js";
import { tellOfBuiltEnvironments } from "./built-environments.js";

/** Images that are really built: Tekton's controller, buildah, registries. */
export function tellOfBuilds(world: () => NodeWorld): void {
  tellOfBuiltEnvironments(world);
  tellOfFailedBuilds(world);
}
