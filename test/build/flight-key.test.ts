import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { buildName, type FlightIdentity, flightKey, parseBuildName } from "../../src/build/flight-key.js";

const SOME: FlightIdentity = {
  namespace: "team-a",
  environmentDigest: `sha256:${"a".repeat(64)}`,
  repository: "registry.example.com/team-a/nbv-environments",
  strategy: "tekton",
};

describe("the key of a flight", () => {
  test.each<Partial<FlightIdentity>>([
    { namespace: "team-b" },
    { environmentDigest: `sha256:${"b".repeat(64)}` },
    { repository: "registry.example.com/team-a/risk" },
    { strategy: "shipwright" },
    { pushSecret: "quay" },
    { pullSecret: "quay" },
    { serviceAccountName: "builder" },
    { strategyConfig: { pipeline: "ours" } },
    { architecture: "arm64" },
  ])("differs with %p", (other) => {
    expect(flightKey({ ...SOME, ...other })).not.toBe(flightKey(SOME));
  });

  test("is the same in every process, whatever the order of its parts", () => {
    const reversed = Object.fromEntries(Object.entries(SOME).reverse()) as unknown as FlightIdentity;
    expect(flightKey(reversed)).toBe(flightKey(SOME));
    expect(flightKey(SOME)).toMatch(/^[0-9a-f]{10}$/);
  });

  test("does not confuse one secret with another", () => {
    expect(flightKey({ ...SOME, pushSecret: "s" })).not.toBe(flightKey({ ...SOME, pullSecret: "s" }));
  });
});

describe("the name of a build", () => {
  test("tells flight and number, and fits wherever Tekton adds to it", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 999_999 }), fc.string(), (number, namespace) => {
        const key = flightKey({ ...SOME, namespace });
        const name = buildName(key, number);
        expect(parseBuildName(name)).toEqual({ key, number });
        expect(name.length).toBeLessThanOrEqual(40);
      }),
    );
  });

  test.each([
    "",
    "nbv-build-0123456789",
    "nbv-build-0123456789-0",
    "nbv-build-0123456789-01",
    "nbv-build-012345678-1",
    "x-nbv-build-0123456789-1",
    "nbv-build-0123456789-1\n",
    "nbv-build-0123456789-1234567",
  ])("is not %j", (text) => {
    expect(parseBuildName(text)).toBeUndefined();
  });
});
