import { describe, expect, test } from "@jest/globals";
import { PERMISSIONS } from "../../src/api/index.js";

describe("the operator's permissions", () => {
  test("each says why, grants no wildcard and repeats nothing", () => {
    const seen = new Set<string>();
    for (const row of PERMISSIONS) {
      expect(row.reason).toMatch(/^[A-Z].*\.$/);
      for (const resource of row.resources) {
        for (const verb of row.verbs) {
          expect([row.group, resource, verb]).not.toContain("*");
          const key = [row.where, row.group, resource, verb, row.names?.join() ?? ""].join("|");
          expect(seen).not.toContain(key);
          seen.add(key);
        }
      }
    }
  });

  test("it writes no Secrets where jobs are: the keys of attempts need none", () => {
    const rows = PERMISSIONS.filter(({ where, resources }) => where === "jobs" && resources.includes("secrets"));
    expect(rows.flatMap(({ verbs }) => verbs)).toEqual(["get"]);
  });

  test("names narrow only verbs that know names", () => {
    for (const row of PERMISSIONS.filter((candidate) => candidate.names !== undefined)) {
      expect(row.verbs).not.toContain("create");
      // These know only one name at a time, by a field selector.
      if (row.verbs.includes("list") || row.verbs.includes("watch")) expect(row.names).toHaveLength(1);
    }
  });

  test("it can't read Secrets in bulk, change roles or definitions, run commands in pods, or touch job specs beyond metadata patches", () => {
    const granted = PERMISSIONS.flatMap((row) =>
      row.resources.flatMap((resource) => row.verbs.map((verb) => `${resource}:${verb}`)),
    );
    for (const never of [
      "secrets:list",
      "secrets:watch",
      "pods/exec:create",
      "notebookvalidationjobs:create",
      "notebookvalidationjobs:update",
    ]) {
      expect(granted).not.toContain(never);
    }
    expect(PERMISSIONS.map((row) => row.group)).not.toContain("rbac.authorization.k8s.io");
    expect(PERMISSIONS.map((row) => row.group)).not.toContain("apiextensions.k8s.io");
  });
});
