import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import {
  CONFIG_MAPS,
  type ConfigMap,
  Informer,
  isKubeError,
  listAll,
  NAMESPACES,
  type Random,
  seededRandom,
} from "../../src/kube/index.js";
import { LiveCluster, loadKubeConfig } from "../../src/kube/live/index.js";
import { type ControlPlane, findControlPlane, NO_CONTROL_PLANE, startControlPlane } from "../cluster/control-plane.js";
import { type FaultyProxy, startFaultyProxy, WIRE_FAULTS, type WireFault } from "./faulty-proxy.js";

const START_MS = 90_000;
const CONVERGE_MS = 30_000;

const describeLive = findControlPlane() === undefined && process.env["CI"] !== "true" ? describe.skip : describe;
if (describeLive === describe.skip) process.stderr.write(`skipped: faults on the wire (${NO_CONTROL_PLANE})\n`);

describeLive("an informer of a real API server behind a bad wire", () => {
  let plane: ControlPlane;
  let proxy: FaultyProxy;
  let direct: LiveCluster;
  let spoilt: LiveCluster;
  let namespace: string;
  /** Of the mixed runs together: one whose watch is spared may see none. */
  let faults = 0;

  beforeAll(async () => {
    plane = await startControlPlane();
    direct = new LiveCluster(loadKubeConfig({ path: plane.kubeconfig }));
  }, START_MS);
  afterAll(async () => {
    await direct?.close();
    await plane?.stop();
  }, START_MS);
  beforeEach(async () => {
    proxy = await startFaultyProxy(plane);
    const config = loadKubeConfig({ path: proxy.kubeconfig });
    spoilt = new LiveCluster(config, { timeoutMs: 1000, retry: { attempts: 2, totalMs: 200 } });
    const metadata = { name: "", generateName: "wire-" };
    namespace = (await direct.create(NAMESPACES, { apiVersion: "v1", kind: "Namespace", metadata })).metadata.name;
  });
  afterEach(async () => {
    await spoilt.close();
    await proxy.stop();
  });

  /** Runs an informer through the proxy while objects change behind it; at the end nothing is spoilt. */
  const live = async (faults: readonly WireFault[], share: number, random: Random): Promise<void> => {
    for (let index = 0; index < 12; index++) await direct.create(CONFIG_MAPS, aConfigMap(namespace, `old-${index}`, 0));
    proxy.spoil(faults, share, random);
    const informer = new Informer({
      cluster: spoilt,
      resource: CONFIG_MAPS,
      namespaces: [namespace],
      random,
      pageSize: 5,
      staleAfterMs: 700,
      listTimeoutMs: 900,
      watchSeconds: 1,
      backoff: { firstMs: 5, maxMs: 60 },
    });
    const history = new History();
    informer.addHandler(history);
    informer.start();
    try {
      await changes(direct, namespace, random);
      // Faults also fall on a quiet cluster. Watches end every second, so that one falls sooner or later.
      await new Promise((resolve) => setTimeout(resolve, 300));
      const spoiltBy = Date.now() + CONVERGE_MS / 2;
      while (faults.every((fault) => !proxy.happened.has(fault)) && Date.now() < spoiltBy) {
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      proxy.heal();
      await direct.create(CONFIG_MAPS, aConfigMap(namespace, "the-end", 0));
      const until = Date.now() + CONVERGE_MS;
      const truth = await listAll(direct, CONFIG_MAPS, { namespace });
      const expected = truth.items.map(brief).sort();
      for (;;) {
        const seen = informer.list().map(brief).sort();
        if (JSON.stringify(seen) === JSON.stringify(expected)) break;
        if (Date.now() > until) expect(seen).toEqual(expected);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      expect(history.problems).toEqual([]);
      expect([...history.present.values()].map(brief).sort()).toEqual(expected);
    } finally {
      await informer.stop();
    }
  };

  test.each(WIRE_FAULTS)(
    "sees a consistent history and the truth after faults of kind %s",
    async (fault) => {
      const slow = fault === "slow";
      await live([fault], slow ? 1 : 0.6, seededRandom(WIRE_FAULTS.indexOf(fault) + 1));
      // A connection that lasts meets no handshake: few of those are spoilt.
      expect(proxy.happened.get(fault) ?? 0).toBeGreaterThan(0);
    },
    CONVERGE_MS * 2,
  );

  const seeds = Array.from({ length: Number(process.env["NBV_TEST_SEEDS"] ?? 20) }, (_, index) => index + 1);
  test.each(seeds)(
    "sees a consistent history and the truth after mixed faults, seed %i",
    async (seed) => {
      await live(WIRE_FAULTS, 0.75, seededRandom(1000 + seed));
      for (const count of proxy.happened.values()) faults += count;
    },
    CONVERGE_MS * 2,
  );

  test("met enough mixed faults to prove something", () => {
    expect(faults).toBeGreaterThan(3 * seeds.length);
  });
});

/** What a handler is told, and what is wrong with it. */
class History {
  readonly present = new Map<string, ConfigMap>();
  readonly problems: string[] = [];

  added = (object: ConfigMap): void => {
    if (this.present.has(object.metadata.name)) this.problems.push(`added twice: ${brief(object)}`);
    this.present.set(object.metadata.name, object);
  };

  updated = (object: ConfigMap, old: ConfigMap): void => {
    const known = this.present.get(object.metadata.name);
    if (known !== old) this.problems.push(`updated from what was not told: ${brief(object)}`);
    if (known?.metadata.uid !== object.metadata.uid) this.problems.push(`updated to another object: ${brief(object)}`);
    if (Number(object.metadata.resourceVersion) <= Number(old.metadata.resourceVersion)) {
      this.problems.push(`went back in time: ${brief(old)} → ${brief(object)}`);
    }
    this.present.set(object.metadata.name, object);
  };

  deleted = (last: ConfigMap): void => {
    if (!this.present.delete(last.metadata.name)) this.problems.push(`deleted what was not there: ${brief(last)}`);
  };
}

function brief({ metadata, data }: ConfigMap): string {
  return `${metadata.name} ${metadata.uid} ${metadata.resourceVersion} ${data?.["n"]}`;
}

function aConfigMap(namespace: string, name: string, n: number): ConfigMap {
  // Characters of several bytes, so that cuts fall into them.
  const data = { n: String(n), text: "prüfung 検証 🧪 ".repeat(20) };
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { namespace, name }, data };
}

/** A second of life: objects are made, changed, deleted, and made again under the same name. */
async function changes(cluster: LiveCluster, namespace: string, random: Random): Promise<void> {
  for (let index = 1; index <= 60; index++) {
    const name = `object-${Math.floor(random() * 8)}`;
    try {
      const what = random();
      if (what < 0.4) await cluster.create(CONFIG_MAPS, aConfigMap(namespace, name, index));
      else if (what < 0.8) await cluster.patch(CONFIG_MAPS, { namespace, name }, { data: { n: String(index) } });
      else await cluster.delete(CONFIG_MAPS, { namespace, name });
    } catch (error) {
      if (!isKubeError(error, "AlreadyExists", "NotFound")) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, random() * 20));
  }
}
