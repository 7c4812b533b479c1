import { pino } from "pino";
import { KubeError, type ManualClock, seededRandom } from "../../src/kube/index.js";
import { MemoryCluster } from "../../src/kube/memory/index.js";
import { LeaderElection, type LeaderElectionOptions } from "../../src/operator/leader-election.js";

const NAMESPACE = "notebook-validator-system";
/** Of the Lease that is campaigned for. */
export const KEY = { namespace: NAMESPACE, name: "notebook-validator-operator" };
const silent = pino({ level: "silent" });

export function aCluster(clock: ManualClock): MemoryCluster {
  return new MemoryCluster({ clock, autoCreateNamespaces: true });
}

/** One candidate. */
export function anElection(
  clock: LeaderElectionOptions["clock"],
  more: Partial<LeaderElectionOptions> & Pick<LeaderElectionOptions, "cluster">,
) {
  return new LeaderElection({
    clock,
    random: seededRandom(1),
    logger: silent,
    namespace: NAMESPACE,
    identity: "one",
    ...more,
  });
}

export type Fault = "fine" | "refused" | "answer-lost" | "slow" | "hangs";
type Verb = "get" | "create" | "replace";

/** The same cluster behind a bad network. */
export function faulty(cluster: MemoryCluster, clock: ManualClock, next: (verb: Verb) => Fault, slowMs = () => 3_000) {
  const unreachable = () => new KubeError({ reason: "ConnectionFailed", message: "no answer" });
  const through = async <R>(verb: Verb, call: () => Promise<R>): Promise<R> => {
    const fault = next(verb);
    switch (fault) {
      case "fine":
        return call();
      case "refused":
        throw unreachable();
      case "answer-lost":
        await call();
        throw unreachable();
      case "slow": {
        // Half of the time before it arrives, half before the answer does: it may take effect when nobody waits any more.
        await clock.sleep(slowMs());
        const answer = await call();
        await clock.sleep(slowMs());
        return answer;
      }
      case "hangs":
        return new Promise(() => undefined);
      default:
        return fault satisfies never;
    }
  };
  return {
    get: (resource, key) => through("get", () => cluster.get(resource, key)),
    create: (resource, object) => through("create", () => cluster.create(resource, object)),
    replace: (resource, object) => through("replace", () => cluster.replace(resource, object)),
  } satisfies LeaderElectionOptions["cluster"];
}
