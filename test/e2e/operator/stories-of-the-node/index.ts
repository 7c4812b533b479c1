import type { NodeWorld } from "../node-world.js";
import { tellOfBuilds } from "./builds/index.js";
import { tellOfHopelessImages } from "./hopeless-images.js";
import { tellOfKilledPods } from "./killed-by-the-node.js";
import { tellOfRestrictedPods } from "./restricted-pods.js";
import { tellOfTheInstallation } from "./the-installation.js";

/** What only a real node can show. */
export function tellOfTheNode(world: () => NodeWorld): void {
  tellOfTheInstallation(world);
  tellOfBuilds(world);
  tellOfRestrictedPods(world);
  tellOfHopelessImages(world);
  tellOfKilledPods(world);
}
