import { describe, expect, test } from "@jest/globals";
import { parseOperatorConfig } from "../../../src/api/index.js";
import { readReview } from "../../../src/operator/admission/admission-review.js";
import { judgeRequest } from "../../../src/operator/admission/judge-request.js";
import { aJobObject, aReview, causes, creation, notebook, update } from "./requests.js";

/** Of a measurement. */
const NOISE_MS = 20;

describe("whatever anybody sends", () => {
  const unknown = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`unknown_field_${index}`, 1]));
  /** CPU time that judging takes, at its best of three: the machine may be busy. */
  const cpuMs = (judge: () => unknown): number =>
    Math.min(
      ...[1, 2, 3].map(() => {
        const before = process.cpuUsage();
        judge();
        const { user, system } = process.cpuUsage(before);
        return (user + system) / 1_000;
      }),
    );
  /** What must not happen: all are compared with all. Ten times as many then take a hundred times as long. */
  const expectProportional = (most: number, judge: (count: number) => unknown): void => {
    const few = cpuMs(() => judge(most / 10));
    expect(cpuMs(() => judge(most))).toBeLessThan(NOISE_MS + 40 * few);
  };

  test.each<[string, (count: number) => object, string]>([
    ["unknown fields", (count) => aJobObject(unknown(count)), "spec: must not hold more than 10000 values"],
    [
      "fields beside the spec",
      (count) => ({ ...aJobObject(), ...unknown(count) }),
      "<root>: must not hold more than 10000 values",
    ],
    ["labels", (count) => aJobObject({}, { labels: unknown(count) }), "<root>: must not hold more than 10000 values"],
  ])("110,000 %s are refused at once", (_what, having, message) => {
    expect(causes(creation(having(110_000)))).toEqual([message]);
    expectProportional(110_000, (count) => creation(having(count)));
  });

  test("as many mistakes as there may be are judged at once, and fifty are named", () => {
    const many = causes(creation(aJobObject(unknown(9_900))));
    expect(many).toHaveLength(51);
    expect(many[0]).toMatch(/^spec.unknown_field_0: is not a field/);
    expect(many.at(-1)).toBe("spec: has 9850 more mistakes than are named");
    expectProportional(9_900, (count) => creation(aJobObject(unknown(count))));
  });

  test("as many wrong values before and after an update are compared at once", () => {
    const having = (count: number) => ({
      podConfig: { credentials: Array.from({ length: count }, () => "not a name") },
    });
    const suspended = (count: number) => {
      const spec = having(count);
      return update(aJobObject(spec), aJobObject({ ...spec, suspend: true }));
    };
    expect(suspended(9_900).allowed).toBe(true);
    expect(causes(update(aJobObject(), aJobObject(having(9_900))))).toHaveLength(51);
    expectProportional(9_900, suspended);
  });

  test("a job that has more mistakes than are named may still be corrected step by step, within its access", () => {
    const config = { access: { serviceAccounts: ["notebooks"] } };
    const allowed = { podConfig: { serviceAccountName: "notebooks" } };
    const before = aJobObject({ ...allowed, ...unknown(60) });
    expect(update(before, aJobObject({ ...allowed, ...unknown(55) }), config).allowed).toBe(true);
    const other = aJobObject({ ...unknown(55), podConfig: { serviceAccountName: "root" } });
    expect(update(before, other, config).allowed).toBe(false);
  });

  test.each([3_000, 50_000])("%i levels get a verdict, in an update and beside the spec too", (depth) => {
    const deep: unknown = JSON.parse("[".repeat(depth) + "]".repeat(depth));
    const request = (operation: string, object: unknown, oldObject?: unknown) =>
      judgeRequest({ ...readReview(aReview({ operation })), object, oldObject }, parseOperatorConfig());
    const parameters = (more: object = {}) => aJobObject({ notebook: { ...notebook, parameters: { deep } }, ...more });
    expect(causes(request("CREATE", parameters()))).toEqual([expect.stringMatching(/^spec: .*nested/)]);
    expect(causes(request("UPDATE", parameters({ suspend: true }), aJobObject()))).toHaveLength(1);
    const twin: unknown = JSON.parse("[".repeat(depth) + "]".repeat(depth));
    const same = aJobObject({ notebook: { ...notebook, parameters: { deep: twin } } }, { labels: { a: "b" } });
    expect(request("UPDATE", same, parameters()).allowed).toBe(true);
    expect(causes(request("CREATE", aJobObject({}, { deep })))).toEqual([expect.stringMatching(/nested more/)]);
    expect(request("CREATE", aJobObject({}, { managedFields: [deep] }, { status: { deep } })).allowed).toBe(true);
  });

  test("a large manifest that was applied is not looked at for advice", () => {
    const applied = JSON.stringify(aJobObject(unknown(9_000)));
    const annotations = { "kubectl.kubernetes.io/last-applied-configuration": applied };
    expect(creation(aJobObject({}, { annotations }))).toEqual({ allowed: true, warnings: [] });
  });
});
