import { describe, expect, test } from "@jest/globals";
import { type ClusterUnderTest, GADGETS } from "./cluster-under-test.js";

/** Which resources there are. */
export function discoveryContract(given: () => ClusterUnderTest): void {
  describe("discovery", () => {
    test("names the resources of a version of a group, without their subresources", async () => {
      const { group, version, plural, kind, namespaced } = GADGETS;
      expect(await given().cluster.discover({ group, version })).toEqual([{ plural, kind, namespaced }]);
    });

    test("knows the core group", async () => {
      const core = await given().cluster.discover({ group: "", version: "v1" });
      expect(core).toEqual(
        expect.arrayContaining([
          { plural: "pods", kind: "Pod", namespaced: true },
          { plural: "namespaces", kind: "Namespace", namespaced: false },
        ]),
      );
      expect(core.filter(({ plural }) => plural.includes("/"))).toEqual([]);
    });

    test.each([
      { group: "nowhere.mlops.dev", version: "v1" },
      { group: GADGETS.group, version: "v0" },
    ])("finds nothing in $group/$version, which is not served", async (api) => {
      expect(await given().cluster.discover(api)).toEqual([]);
    });

    test("an aborted question is Aborted", async () => {
      const asked = given().cluster.discover(GADGETS, AbortSignal.abort());
      await expect(asked).rejects.toMatchObject({ reason: "Aborted" });
    });
  });
}
