import type { NodeWorld } from "../../node-world.js";
import { tellOfBuildCaches } from "./build-cache.js";
import { tellOfFailedBuilds } from "./builds-that-fail.js";
import { tellOfBuiltEnvironments } from "./built-environments.js";
import { tellOfSharedImages } from "./shared-images.js";
import { tellOfTiers } from "./tiers.js";

/** Images that are really built: Tekton's controller, buildah, registries. */
export function tellOfBuilds(world: () => NodeWorld): void {
  tellOfBuiltEnvironments(world);
  tellOfFailedBuilds(world);
  tellOfSharedImages(world);
  tellOfBuildCaches(world);
  tellOfTiers(world);
}
