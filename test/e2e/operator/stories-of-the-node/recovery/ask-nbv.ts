import { join } from "node:path";
import type { NodeWorld } from "../../node-world.js";
import { runCommand } from "../../run-command.js";
import type { CommandResult } from "../../world.js";

/** The program of the operator's image, as `npm run build:image` makes it. */
const NBV = join(import.meta.dirname, "../../../../../build/nbv.js");

/** Runs `nbv` beside the cluster, as a person does. Never rejects for a bad exit code. */
export function askNbv({ state }: NodeWorld, namespace: string, ...words: string[]): Promise<CommandResult> {
  const access = ["--namespace", namespace, "--kubeconfig", join(state, "pki/admin.kubeconfig")];
  return runCommand([process.execPath, NBV, ...words, ...access]);
}

/** What `nbv status` tells of a job; it is shown beside the stories, too. */
export async function storyOf(world: NodeWorld, namespace: string, job: string): Promise<string> {
  const { stdout, stderr } = await askNbv(world, namespace, "status", job);
  process.stdout.write(`${stdout}${stderr}`.replace(/^(?=.)/gm, "        | "));
  return stdout;
}
