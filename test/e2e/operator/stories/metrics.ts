import { beforeAll, describe, expect, test } from "@jest/globals";
import { Bench } from "../bench.js";
import type { World } from "../world.js";

/** Metrics are for those who may read them. */
export function tellOfMetrics(world: () => World): void {
  describe("the metrics", () => {
    let bench: Bench;
    const tokenOf = async (account: string) =>
      (await bench.kubectl(["create", "token", account, "--duration=10m"])).stdout.trim();

    beforeAll(async () => {
      bench = await Bench.in(world(), "metrics");
      const account = (name: string) => ({ apiVersion: "v1", kind: "ServiceAccount", metadata: { name } });
      const rbac = "rbac.authorization.k8s.io";
      const name = `scraper-of-${bench.namespace}`;
      await bench.apply(
        account("prometheus"),
        account("stranger"),
        {
          apiVersion: `${rbac}/v1`,
          kind: "ClusterRole",
          metadata: { name },
          rules: [{ nonResourceURLs: ["/metrics"], verbs: ["get"] }],
        },
        {
          apiVersion: `${rbac}/v1`,
          kind: "ClusterRoleBinding",
          metadata: { name },
          roleRef: { apiGroup: rbac, kind: "ClusterRole", name },
          subjects: [{ kind: "ServiceAccount", name: "prometheus", namespace: bench.namespace }],
        },
      );
    });

    test("are given to an account that may read them, and to nobody else", async () => {
      const { metrics } = world();
      if (metrics === undefined) return;
      expect((await metrics(undefined)).status).toBe(401);
      expect((await metrics("no.such.token")).status).toBe(401);
      expect((await metrics(await tokenOf("stranger"))).status).toBe(403);
      const { status, text } = await metrics(await tokenOf("prometheus"));
      expect(status).toBe(200);
      expect(text).toMatch(/^# TYPE notebook_?validat\w+ /m);
    });
  });
}
