import type { NodeWorld } from "../node-world.js";
import { tellOfBuilds } from "./builds/index.js";
import { tellOfFailures } from "./failures/index.js";
import { tellOfHopelessImages } from "./hopeless-images.js";
import { tellOfKilledPods } from "./killed-by-the-node.js";
import { tellOfRecovery } from "./recovery/index.js";
import { tellOfRestrictedPods } from "./restricted-pods.js";
import { tellOfTheInstallation } from "./the-installation.js";

/** What only a real node can show. */
export function tellOfTheNode(world: () => NodeWorld): void {
  tellOfTheInstallation(world);
  tellOfBuilds(world);
  tellOfRestrictedPods(world);
  tellOfHopelessImages(world);
  tellOfKilledPods(world);
  tellOfFailures(world);
  tellOfRecovery(world);
}
