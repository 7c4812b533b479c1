import { describe, expect, test } from "@jest/globals";
import { crd } from "../../src/api/index.js";
import { UserError } from "../../src/api/user-error.js";
import { readClusterJob } from "../../src/cli/read-cluster-job.js";
import { KubeError } from "../../src/kube/index.js";
import { MemoryCluster } from "../../src/kube/memory/index.js";

const aCluster = (...customResources: { definition: ReturnType<typeof crd> }[]) => ({
  cluster: new MemoryCluster({ autoCreateNamespaces: true, customResources }),
  namespace: "team-a",
});

describe("a job that is asked for by its name", () => {
  test.each(["\x1b[31mred", 'a"b', "nvj/train", "Train", "", "..", "a".repeat(254)])(
    "can't be there as %j, whatever the cluster knows",
    async (name) => {
      for (const access of [aCluster({ definition: crd() }), aCluster()]) {
        await expect(readClusterJob(access, name)).rejects.toThrow(
          new UserError({
            what: `no NotebookValidationJob can be named ${JSON.stringify(name)}`,
            fix: "give its name alone, without kind or namespace: lower-case letters, digits, hyphens and dots",
          }),
        );
      }
    },
  );

  test.each(["train", "a.b-1", "a".repeat(253)])("may be missing as %s", async (name) => {
    await expect(readClusterJob(aCluster({ definition: crd() }), name)).rejects.toThrow(
      `there is no NotebookValidationJob ${name} in namespace team-a`,
    );
  });

  test("is not what is missing where nobody knows its kind", async () => {
    await expect(readClusterJob(aCluster(), "train")).rejects.toBeInstanceOf(KubeError);
  });
});
