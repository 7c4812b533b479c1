import { describe, expect, test } from "@jest/globals";
import { PERMISSIONS, type Permission } from "../../../../src/api/index.js";
import type { AuditEvent, World } from "../world.js";

/** Rules that leave no line in the audit log, or whose feature a world does not have. By `verb resource`. */
const NOT_SEEN: Readonly<Record<string, { readonly in: readonly World["name"][]; readonly why: string }>> = {
  "update notebookvalidationjobs/finalizers": {
    in: ["api-server", "node"],
    why: "admission plugin OwnerReferencesPermissionEnforcement asks for it inside of the API server",
  },
  ...withoutWhatBuilds("pipelineruns", ["get", "list", "watch", "create", "patch", "delete"], ["api-server"]),
  ...withoutWhatBuilds("taskruns", ["list", "watch"], ["api-server"]),
  ...withoutWhatBuilds("builds", ["get", "list", "watch", "create", "patch", "delete"], ["api-server", "node"]),
  ...withoutWhatBuilds("builds/docker", ["create"], ["api-server", "node"]),
  ...withoutWhatBuilds("builds/source", ["create"], ["api-server", "node"]),
  ...withoutWhatBuilds("buildruns", ["get", "list", "watch", "create", "patch", "delete"], ["api-server", "node"]),
  ...withoutWhatBuilds("buildstrategies", ["get", "create"], ["api-server", "node"]),
  "delete pipelineruns": { in: ["api-server", "node"], why: "old builds are deleted after days" },
  "update secrets in its own namespace": {
    in: ["api-server", "node"],
    why: "a certificate is renewed after months; test/operator/certificate moves the clock",
  },
};

/** Rules for builders that some worlds don't have. */
function withoutWhatBuilds(resource: string, verbs: readonly string[], worlds: readonly World["name"][]) {
  const row = { in: worlds, why: "nothing of this world builds" };
  return Object.fromEntries(verbs.map((verb) => [`${verb} ${resource}`, row]));
}

const OWN = "in its own namespace";

/** The audit log of everything before: the role is enough, and not more than that. Told last. */
export function tellOfPermissions(world: () => World): void {
  describe("the operator's role", () => {
    const own = async () => (await world().audit()).filter(({ user }) => user.username === world().account);

    test("was enough: nothing was forbidden", async () => {
      const events = await own();
      const decided = (decision: string) =>
        events.filter(({ annotations }) => annotations?.["authorization.k8s.io/decision"] === decision);
      // An API server that has just started refuses what it allows a moment later, when it has read its roles.
      const allowed = new Set(decided("allow").map(requestOf));
      const forbidden = decided("forbid")
        .filter((event) => !allowed.has(requestOf(event)))
        .map(({ verb, requestURI }) => `${verb} ${requestURI}`);
      expect([...new Set(forbidden)]).toEqual([]);
    });

    test("was needed: every rule was used", async () => {
      const seen = new Set((await own()).map((event) => useOf(event, world())));
      const unused = PERMISSIONS.flatMap(usesOf)
        .filter((use) => !seen.has(use))
        .filter((use) => NOT_SEEN[use]?.in.includes(world().name) !== true);
      expect(unused).toEqual([]);
    });
  });
}

/** The very same request, also of another page or moment. */
function requestOf({ verb, objectRef }: AuditEvent): string {
  const { apiGroup, resource, subresource, namespace, name } = objectRef ?? {};
  return JSON.stringify([verb, apiGroup, resource, subresource, namespace, name]);
}

/** `get pods/log`, and `in its own namespace` for what it does there. */
function useOf({ verb, objectRef }: AuditEvent, { systemNamespace }: World): string {
  const { resource = "", subresource, namespace } = objectRef ?? {};
  const what = `${verb} ${subresource === undefined ? resource : `${resource}/${subresource}`}`;
  return namespace === systemNamespace ? `${what} ${OWN}` : what;
}

function usesOf({ resources, verbs, where }: Permission): string[] {
  const place = where === "own" ? ` ${OWN}` : "";
  return resources.flatMap((resource) => verbs.map((verb) => `${verb} ${resource}${place}`));
}
