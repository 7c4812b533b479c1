import type { NodeWorld } from "../node-world.js";

/** What only a real node can show. */
export function tellOfTheNode(world: () => NodeWorld): void {
  void world;
}
