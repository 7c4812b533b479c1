import type { Row } from "../row.js";
import { countByKind, requestsOf } from "./audit-log.js";
import { USERS } from "./bench-cluster.js";
import { log, startOperator } from "./scenario-throughput.js";
import type { Stage } from "./stage.js";

const IDLE_MS = 60_000;
/** After its start, for what a new leader looks through. */
const SETTLE_MS = 10_000;
const READS = new Set(["get", "list", "watch"]);

/** Writes of an operator whose jobs have all ended. The renewals of its Lease are counted apart: they are its heartbeat. */
export async function idle(stage: Stage): Promise<Row[]> {
  const operator = await startOperator(stage);
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
  const [from, cpu] = [Date.now(), operator.cpuSeconds()];
  await new Promise((resolve) => setTimeout(resolve, IDLE_MS));
  const share = (operator.cpuSeconds() - cpu) / (IDLE_MS / 1000);
  const requests = await requestsOf(stage.bench.auditLog, USERS.operator, from, Date.now());
  await operator.stop();
  const writes = requests.filter(({ verb }) => !READS.has(verb));
  const others = writes.filter(({ what }) => !what.endsWith(" leases"));
  for (const [what, count] of countByKind(requests)) log(`  idle minute: ${count} × ${what}`);
  return [
    {
      measure: "writes per idle minute, besides the Lease's renewals",
      ours: `${others.length} (renewals: ${writes.length - others.length})`,
      goal: "0",
      isMet: others.length === 0,
    },
    { measure: "CPU of an idle operator", ours: `${(share * 100).toFixed(1)} % of one core` },
  ];
}
