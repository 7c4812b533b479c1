import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import { crd, OPERATOR_NAMESPACE, SIGNING_KEY_SECRET_NAME } from "../../src/api/index.js";
import { CUSTOM_RESOURCE_DEFINITIONS, isKubeError, LEASES, objectOf, PODS, SECRETS } from "../../src/kube/index.js";
import type { LiveCluster } from "../../src/kube/live/index.js";
import { findControlPlane, NO_CONTROL_PLANE } from "../cluster/control-plane.js";
import { JOBS, LEASE, OperatorBench, SERVERS_OFF } from "./operator-bench.js";
import { ask, eventually, type OperatorProcess } from "./operator-process.js";
import { startSilentProxy } from "./silent-proxy.js";

const START_MS = 120_000;
const STORY_MS = 90_000;

if (findControlPlane() === undefined && process.env["CI"] !== "true") {
  process.stderr.write(`skipped: nbv operator on a real API server (${NO_CONTROL_PLANE})\n`);
  describe.skip("nbv operator on a real API server", () => {
    test("is not possible here", () => expect(findControlPlane()).toBeDefined());
  });
} else {
  describe("nbv operator on a real API server", () => {
    let bench: OperatorBench;
    let cluster: LiveCluster;

    beforeAll(async () => {
      bench = await OperatorBench.create();
      ({ cluster } = bench);
    }, START_MS);

    afterEach(() => bench?.clear());

    afterAll(() => bench?.stop(), START_MS);

    async function stopped(operator: OperatorProcess): Promise<number | null> {
      operator.signal("SIGTERM");
      const { code } = await operator.ended;
      return code;
    }

    test(
      "waits for its namespace and definition to be there, alive but not ready, and says what is missing",
      async () => {
        const operator = bench.start();
        const base = `http://127.0.0.1:${await operator.port("health")}`;
        expect((await ask(`${base}/healthz`)).status).toBe(200);
        await operator.says("apply the CustomResourceDefinition notebookvalidationjobs.mlops.mlops.dev first");
        const unready = await ask(`${base}/readyz`);
        expect(unready.status).toBe(503);
        expect(unready.body).toContain("nbv crd | kubectl apply");
        expect((await ask(`${base}/metrics`)).status).toBe(404);
        await bench.namespace(OPERATOR_NAMESPACE);
        await cluster.create(CUSTOM_RESOURCE_DEFINITIONS, crd());
        await operator.says("the operator works", 60_000);
        const ready = await ask(`${base}/readyz`);
        expect(ready).toMatchObject({ status: 200 });
        expect(ready.body).toContain("[+]caches ok");
        expect(await bench.holder()).toMatch(/_[0-9a-f]{12}$/);
        const key = await cluster.get(SECRETS, { namespace: OPERATOR_NAMESPACE, name: SIGNING_KEY_SECRET_NAME });
        expect(key.immutable).toBe(true);
        const [secret = ""] = Object.values(key.data ?? {});
        expect(Buffer.from(secret, "base64").byteLength).toBe(32);
        expect(await stopped(operator)).toBe(0);
        expect(operator.stdout).not.toContain(secret);
        expect(operator.stderr).toBe("");
        expect(await bench.holder()).toBe("");
      },
      STORY_MS,
    );

    test(
      "stopped while a job runs it lets go of the lease at once, and the next one goes on with the same pod",
      async () => {
        const first = bench.start();
        await first.says("the operator works");
        await bench.submit("goes-on");
        const pod = await eventually("the validation pod", 30_000, async () => (await bench.podsOf("goes-on"))[0]);
        const second = bench.start();
        await second.says("another replica leads; standing by");
        // The webhook of a replica that stands by serves, so its Service has to lead there.
        expect((await ask(`http://127.0.0.1:${await second.port("health")}/readyz`)).status).toBe(200);
        const began = Date.now();
        first.signal("SIGTERM");
        expect((await first.ended).code).toBe(0);
        expect(Date.now() - began).toBeLessThan(10_000);
        await second.says("this replica is the leader now");
        expect(Date.now() - began).toBeLessThan(10_000);
        await second.says("the operator works");
        const all = await bench.podsOf("goes-on");
        expect(all.map(({ metadata }) => metadata.uid)).toEqual([pod.metadata.uid]);
        // As a kubelet does whose node has no memory left.
        await cluster.patchStatus(
          PODS,
          { namespace: JOBS, name: pod.metadata.name },
          { status: { phase: "Failed", reason: "Evicted", message: "The node was low on resource: memory." } },
        );
        const { job, reason } = await second.says("was evicted from its node");
        expect({ job, reason }).toEqual({ job: "jobs/goes-on", reason: "Evicted" });
        expect(await stopped(second)).toBe(0);
      },
      STORY_MS,
    );

    test(
      "ends with exit code 1 when somebody else holds its lease",
      async () => {
        const operator = bench.start();
        await operator.says("the operator works");
        await eventually("the theft", 10_000, async () => {
          try {
            const lease = await cluster.get(LEASES, LEASE);
            await cluster.replace(LEASES, { ...lease, spec: { ...lease.spec, holderIdentity: "somebody-else" } });
            return true;
          } catch (error) {
            if (isKubeError(error, "Conflict")) return undefined;
            throw error;
          }
        });
        expect((await operator.ended).code).toBe(1);
        expect(operator.log.at(-1)?.msg).toContain("the lease is lost");
        await cluster.delete(LEASES, LEASE);
      },
      STORY_MS,
    );

    test(
      "waits while the Go operator renews its lease, in whatever namespace, and goes on when that has stopped",
      async () => {
        await bench.namespace("the-go-operators");
        const key = { namespace: "the-go-operators", name: "16681bfb.mlops.dev" };
        const now = () => new Date().toISOString().replace("Z", "000Z");
        const spec = { holderIdentity: "go-operator", leaseDurationSeconds: 4, renewTime: now() };
        await cluster.create(LEASES, objectOf(LEASES, { metadata: key, ...{ spec } }));
        const renewing = setInterval(() => {
          cluster.patch(LEASES, key, { spec: { renewTime: now() } }).catch(() => undefined);
        }, 1_000);
        try {
          const operator = bench.start();
          await operator.says("the Go operator is at work");
          await operator.says("the operator works");
          await bench.submit("waits");
          const stalled = await eventually("the condition", 20_000, () => bench.condition("waits", "Stalled"));
          expect(stalled).toMatchObject({ status: "True", reason: "AnotherOperator" });
          expect(stalled.message).toContain("the-go-operators/16681bfb.mlops.dev");
          expect(await bench.conditionsOf("waits")).toHaveLength(1);
          expect(await bench.podsOf("waits")).toEqual([]);
          clearInterval(renewing);
          await operator.says("the Go operator has stopped", 30_000);
          await eventually("the pod", 30_000, async () => (await bench.podsOf("waits"))[0]);
          expect(await bench.condition("waits", "Stalled")).toMatchObject({ status: "False" });
          expect(await stopped(operator)).toBe(0);
        } finally {
          clearInterval(renewing);
        }
      },
      STORY_MS,
    );

    test(
      "tells metrics over TLS to those whose role says so, and to nobody else",
      async () => {
        const operator = bench.start(["--metrics-address", "127.0.0.1:0", "--webhook-address", "off"]);
        const url = `https://127.0.0.1:${await operator.port("metrics")}/metrics`;
        await operator.says("a new certificate is served");
        await operator.says("the operator works");
        expect((await ask(url)).status).toBe(401);
        expect((await ask(url, { authorization: "Bearer not-a-token" })).status).toBe(401);
        await bench.namespace("monitoring");
        const bearer = await bench.tokenOf("scraper");
        expect((await ask(url, { authorization: bearer })).status).toBe(403);
        await bench.allow("reader");
        const reader = await bench.tokenOf("reader");
        const metrics = await ask(url, { authorization: reader });
        expect(metrics.status).toBe(200);
        expect(metrics.body).toContain("notebook_validation_leader 1");
        expect(metrics.body).toMatch(/notebook_validation_api_requests_total\{verb="watch",code="200"\} \d/);
        expect(metrics.body).toContain("process_resident_memory_bytes");
        expect(operator.stdout).not.toContain(bearer.slice(7));
        expect(await stopped(operator)).toBe(0);
      },
      STORY_MS,
    );

    /** An operator that leads, and then hears nothing of the API server any more. */
    async function cutOff(): Promise<{ operator: OperatorProcess; close: () => Promise<void> }> {
      const { hostname, port } = new URL(bench.controlPlane.server);
      const proxy = await startSilentProxy({ host: hostname, port: Number(port) });
      const text = readFileSync(bench.controlPlane.kubeconfig, "utf8");
      const file = join(bench.directory, "through-proxy.json");
      writeFileSync(file, text.replace(bench.controlPlane.server, `https://127.0.0.1:${proxy.port}`), { mode: 0o600 });
      const operator = bench.start([...SERVERS_OFF, "--kubeconfig", file]);
      await operator.says("the operator works");
      proxy.fallSilent();
      return { operator, close: () => proxy.close() };
    }

    test(
      "ends with exit code 1 when the API server falls silent for the renew deadline, before the lease is over",
      async () => {
        const { operator, close } = await cutOff();
        const began = Date.now();
        expect((await operator.ended).code).toBe(1);
        const took = Date.now() - began;
        expect(took).toBeGreaterThan(5_000);
        expect(took).toBeLessThan(14_000);
        await close();
        await cluster.delete(LEASES, LEASE);
      },
      STORY_MS,
    );

    test(
      "stops within seconds though the API server is silent, and at once at a second signal",
      async () => {
        const patient = await cutOff();
        const began = Date.now();
        expect(await stopped(patient.operator)).toBe(0);
        expect(Date.now() - began).toBeLessThan(9_000);
        await patient.close();
        await cluster.delete(LEASES, LEASE);
        const pressed = await cutOff();
        pressed.operator.signal("SIGTERM");
        await pressed.operator.says("stopping");
        pressed.operator.signal("SIGINT");
        expect((await pressed.operator.ended).code).toBe(1);
        expect(pressed.operator.log.at(-1)?.msg).toBe("received SIGINT again: stopping at once");
        await pressed.close();
        await cluster.delete(LEASES, LEASE);
      },
      STORY_MS,
    );

    test.each([
      ["a file that is missing", ["--config", "/nonexistent/config.yaml"], /config\.yaml: no such file/],
      ["an address that is none", ["--health-address", "8081"], /--health-address "8081" is not an address/],
      [
        "plain metrics for everybody",
        ["--metrics-address", "0.0.0.0:0", "--metrics-plain"],
        /could be read by everybody[\s\S]*loopback/,
      ],
      ["a kubeconfig that is missing", ["--kubeconfig", "/nonexistent/kubeconfig"], /kubeconfig/],
      ["a namespace that does not exist", ["--operator-namespace", "nowhere"], /namespace nowhere does not exist/],
      ["a level that is none", ["--log-level", "loud"], /trace, debug, info/],
    ])(
      "refuses %s with exit code 2 and no stack trace",
      async (_what, options, words) => {
        const operator = bench.start([...SERVERS_OFF, ...options]);
        expect((await operator.ended).code).toBe(2);
        expect(operator.stderr).toMatch(words);
        expect(operator.stderr).not.toMatch(/\n\s+at .*\.[mc]?[jt]s:\d/);
      },
      STORY_MS,
    );

    test(
      "names file, line and field of every mistake in its configuration",
      async () => {
        const file = join(bench.directory, "wrong.yaml");
        writeFileSync(file, "git:\n  timeout: soon\nconcurency:\n  builds: 2\n");
        const operator = bench.start([...SERVERS_OFF, "--config", file]);
        expect((await operator.ended).code).toBe(2);
        expect(operator.stderr).toContain(`${file}:2:12 git.timeout`);
        expect(operator.stderr).toContain(`${file}:3:1 concurency`);
      },
      STORY_MS,
    );
  });
}
