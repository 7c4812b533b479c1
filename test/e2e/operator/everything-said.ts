import type { Bench } from "./bench.js";

/**
 * All that anybody who may not read Secrets can find out: pods, jobs, events and other objects as the API server has
 * them, the logs of all containers, and what the operator has logged.
 */
export async function everythingSaid(bench: Bench): Promise<string> {
  const objects = await bench.kubectl(["get", "pods,events,nvj,configmaps", "-o", "yaml", "--show-managed-fields"]);
  const logs: string[] = [];
  for (const pod of await bench.pods()) {
    const { stdout } = await bench.kubectl(["logs", pod.metadata.name, "--all-containers"]);
    if (stdout === "") throw new Error(`pod ${pod.metadata.name} has no log to look into`);
    logs.push(stdout);
  }
  const operator = await bench.world.operators.logs();
  if (objects.code !== 0 || operator === "") throw new Error(`there is nothing to look into: ${objects.stderr}`);
  return [objects.stdout, ...logs, operator].join("\n");
}

/** Ways in which a text could be written: as it is, in base64 at each offset, in a URL, backwards in JSON. */
export function spellings(secret: string): string[] {
  const base64 = [0, 1, 2].map((offset) => {
    const text = Buffer.from(`${"x".repeat(offset)}${secret}`).toString("base64");
    // What the letters before and after share with the secret's own differs.
    return text.slice(offset === 0 ? 0 : 4, -4);
  });
  return [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1), ...base64];
}
