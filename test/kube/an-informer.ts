import {
  type Cluster,
  CONFIG_MAPS,
  type ConfigMap,
  Informer,
  type InformerOptions,
  ManualClock,
  seededRandom,
} from "../../src/kube/index.js";
import { MemoryCluster } from "../../src/kube/memory/index.js";
import { FaultyCluster } from "./faulty-cluster.js";
import { SteppingClock } from "./kit/stepping-clock.js";

export const HOUR_MS = 3_600_000;

/** An informer of ConfigMaps over a cluster with faults, and what it told. */
export function anInformer(options: Partial<InformerOptions<ConfigMap>> = {}) {
  const clock = new ManualClock();
  const stepping = new SteppingClock(clock);
  const cluster = new MemoryCluster({ clock, random: seededRandom(1) });
  const faulty = new FaultyCluster(cluster);
  const errors: unknown[] = [];
  const informer = new Informer<ConfigMap>({
    cluster: faulty as unknown as Cluster,
    resource: CONFIG_MAPS,
    clock: stepping,
    random: seededRandom(2),
    onError: (error) => errors.push(error),
    ...options,
  });
  const told: string[] = [];
  informer.addHandler({
    added: (object) => told.push(`+${object.metadata.name}`),
    updated: (object) => told.push(`~${object.metadata.name}`),
    deleted: (last) => told.push(`-${last.metadata.name}`),
  });
  const put = (name: string, x = "0") =>
    cluster.apply(CONFIG_MAPS, {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { namespace: "default", name },
      data: { x },
    });
  const drop = (name: string) => cluster.delete(CONFIG_MAPS, { namespace: "default", name });
  const names = () =>
    informer
      .list()
      .map((object) => object.metadata.name)
      .sort();
  return { clock, stepping, cluster, faulty, informer, told, errors, put, drop, names };
}
