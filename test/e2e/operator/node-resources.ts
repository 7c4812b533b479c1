import { mustSucceed } from "./run-command.js";
import type { World } from "./world.js";

/** The node of the cluster: test/cluster/node/up.sh. */
export const NODE = "node1";

/**
 * Lets the node offer so many of an extended resource, as an operator of devices does who writes them into its status.
 * @param resource with a domain: `example.com/gpu`
 * @returns takes them away again
 */
export async function withResource(world: World, resource: string, count: number): Promise<() => Promise<void>> {
  const path = `/status/capacity/${resource.replaceAll("~", "~0").replaceAll("/", "~1")}`;
  const patch = (operations: object[]) =>
    mustSucceed(
      world.kubectl([
        ...["patch", `node/${NODE}`, "--subresource=status", "--type=json"],
        `--patch=${JSON.stringify(operations)}`,
      ]),
    );
  await patch([{ op: "add", path, value: String(count) }]);
  return async () => {
    await patch([{ op: "remove", path }]);
  };
}
