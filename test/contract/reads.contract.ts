import { beforeEach, describe, expect, test } from "@jest/globals";
import { type Cluster, EVENTS, listAll, objectOf } from "../../src/kube/index.js";
import {
  aConfigMap,
  aGadget,
  aPod,
  brief,
  type ClusterUnderTest,
  CONFIG_MAPS,
  failure,
  firstEvents,
  freshNamespace,
  GADGETS,
  namesOf,
  PODS,
  versionOf,
} from "./cluster-under-test.js";

/** Getting, listing, watching, logs. */
export function readsContract(given: () => ClusterUnderTest): void {
  let cluster: Cluster;
  let namespace: string;
  beforeEach(async () => {
    cluster = given().cluster;
    namespace = await freshNamespace(cluster);
  });

  test("what is not there is NotFound", async () => {
    const error = await failure(cluster.get(GADGETS, { namespace, name: "a" }));
    expect(error).toMatchObject({ reason: "NotFound", code: 404, message: 'gadgets.test.mlops.dev "a" not found' });
  });

  describe("list", () => {
    const labelled = async (name: string, labels: Record<string, string>): Promise<void> => {
      const object = aConfigMap(namespace, name);
      object.metadata.labels = labels;
      await cluster.create(CONFIG_MAPS, object);
    };

    test("is ordered by name, complete, and of one namespace", async () => {
      const other = await freshNamespace(cluster);
      for (const name of ["b", "a-b", "a", "c"]) await cluster.create(GADGETS, aGadget(namespace, name));
      await cluster.create(GADGETS, aGadget(other, "elsewhere"));
      const list = await cluster.list(GADGETS, { namespace });
      expect(namesOf(list.items)).toEqual(["a", "a-b", "b", "c"]);
      expect(list.items[0]).toMatchObject({ apiVersion: "test.mlops.dev/v1", kind: "Gadget" });
      expect(list.continue).toBeUndefined();
      const everywhere = namesOf((await cluster.list(GADGETS)).items);
      expect(everywhere).toEqual(expect.arrayContaining(["a", "elsewhere"]));
    });

    test.each([
      ["tier=web", ["one", "two"]],
      ["tier==web,env!=prod", ["two"]],
      ["tier!=web", ["none", "three"]],
      ["env in (prod, dev)", ["one", "three", "two"]],
      ["env notin (prod)", ["none", "three", "two"]],
      ["env", ["one", "three", "two"]],
      ["!env", ["none"]],
      ["tier,!missing", ["one", "three", "two"]],
      ["number>5", ["three"]],
      ["number<5", ["one"]],
      ["", ["none", "one", "three", "two"]],
    ])("selects by labels: %s", async (labelSelector, expected) => {
      await labelled("one", { tier: "web", env: "prod", number: "1" });
      await labelled("two", { tier: "web", env: "dev", number: "5" });
      await labelled("three", { tier: "db", env: "dev", number: "9" });
      await labelled("none", {});
      const found = namesOf((await cluster.list(CONFIG_MAPS, { namespace, labelSelector })).items);
      expect(found.filter((name) => name !== "kube-root-ca.crt").sort()).toEqual([...expected].sort());
    });

    test.each(["a=b=c", "a in b", "a in (b", "=x", "a,,b", "a=b c", "bad key!=x", "a>x", "a="])(
      "answers label selector %j as the real server does",
      async (labelSelector) => {
        await labelled("one", { a: "b" });
        const ok = ["a=", "a in b"].slice(0, 1).includes(labelSelector);
        const call = cluster.list(CONFIG_MAPS, { namespace, labelSelector });
        if (ok) expect((await call).items).toEqual([]);
        else expect((await failure(call)).reason).toBe("BadRequest");
      },
    );

    test("selects by fields that the resource has, and refuses others", async () => {
      await cluster.create(GADGETS, aGadget(namespace, "a", { color: "red" }));
      await cluster.create(GADGETS, aGadget(namespace, "b", { color: "green" }));
      await cluster.patchStatus(GADGETS, { namespace, name: "b" }, { status: { phase: "Done" } });
      const select = async (fieldSelector: string): Promise<string[]> =>
        namesOf((await cluster.list(GADGETS, { namespace, fieldSelector })).items);
      expect(await select("metadata.name=a")).toEqual(["a"]);
      expect(await select("spec.color=green")).toEqual(["b"]);
      expect(await select("spec.color!=green")).toEqual(["a"]);
      expect(await select("status.phase=Done,metadata.name=b")).toEqual(["b"]);
      expect(await select("status.phase=")).toEqual(["a"]);
      expect((await failure(select("spec.size=1"))).reason).toBe("BadRequest");
      await cluster.create(PODS, aPod(namespace, "p", { nodeName: "n1" }));
      await cluster.create(PODS, aPod(namespace, "q"));
      const pods = await cluster.list(PODS, { namespace, fieldSelector: "spec.nodeName=n1,status.phase=Pending" });
      expect(namesOf(pods.items)).toEqual(["p"]);
    });

    test("selects events by whom they are about", async () => {
      for (const uid of ["one", "two"]) {
        const involvedObject = { apiVersion: "v1", kind: "Pod", name: "p", namespace, uid };
        const event = { metadata: { name: `about-${uid}`, namespace }, involvedObject, reason: "FailedMount" };
        await cluster.create(EVENTS, objectOf(EVENTS, event));
      }
      const about = await cluster.list(EVENTS, { namespace, fieldSelector: "involvedObject.uid=two", limit: 100 });
      expect(namesOf(about.items)).toEqual(["about-two"]);
    });

    test("pages are parts of one snapshot", async () => {
      for (const name of ["a", "b", "c", "d", "e"]) await cluster.create(GADGETS, aGadget(namespace, name));
      const first = await cluster.list(GADGETS, { namespace, limit: 2 });
      expect(namesOf(first.items)).toEqual(["a", "b"]);
      await cluster.delete(GADGETS, { namespace, name: "c" });
      await cluster.create(GADGETS, aGadget(namespace, "cc"));
      await cluster.patch(GADGETS, { namespace, name: "d" }, { spec: { size: 7 } });
      const second = await cluster.list(GADGETS, { namespace, limit: 2, continue: first.continue ?? "" });
      expect(namesOf(second.items)).toEqual(["c", "d"]);
      expect(second.items[1]?.spec.size).toBeUndefined();
      expect(second.resourceVersion).toBe(first.resourceVersion);
      const third = await cluster.list(GADGETS, { namespace, limit: 2, continue: second.continue ?? "" });
      expect(namesOf(third.items)).toEqual(["e"]);
      expect(third.continue).toBeUndefined();
    });

    test("listAll reads all pages", async () => {
      for (const name of ["a", "b", "c", "d", "e"]) await cluster.create(GADGETS, aGadget(namespace, name));
      const list = await listAll(cluster, GADGETS, { namespace, pageSize: 2 });
      expect(namesOf(list.items)).toEqual(["a", "b", "c", "d", "e"]);
      expect(list.resourceVersion).toMatch(/^\d+$/);
    });

    test("refuses a continue token that is none", async () => {
      const call = cluster.list(GADGETS, { namespace, limit: 2, continue: "nonsense" });
      expect((await failure(call)).reason).toBe("BadRequest");
    });

    test("an aborted call is Aborted", async () => {
      const call = cluster.list(GADGETS, { namespace, signal: AbortSignal.abort() });
      expect((await failure(call)).reason).toBe("Aborted");
    });
  });

  describe("watch", () => {
    test("tells every change after the version, in order", async () => {
      await cluster.create(GADGETS, aGadget(namespace, "before"));
      const resourceVersion = await versionOf(cluster, GADGETS, namespace);
      await cluster.create(GADGETS, aGadget(namespace, "a"));
      const events = firstEvents(cluster.watch(GADGETS, { namespace, resourceVersion }), 4);
      await cluster.patchStatus(GADGETS, { namespace, name: "a" }, { status: { phase: "Seen" } });
      await cluster.patch(GADGETS, { namespace, name: "a" }, { spec: { size: 1 } });
      await cluster.delete(GADGETS, { namespace, name: "a" });
      expect(brief(await events)).toEqual(["Added a", "Modified a", "Modified a", "Deleted a"]);
    });

    test("the object of a deletion has the deletion's version and the last state", async () => {
      const made = await cluster.create(GADGETS, aGadget(namespace, "a", { size: 3 }));
      const resourceVersion = made.metadata.resourceVersion ?? "";
      await cluster.delete(GADGETS, { namespace, name: "a" });
      const [event] = await firstEvents(cluster.watch(GADGETS, { namespace, resourceVersion }), 1);
      if (event?.type !== "Deleted") throw new Error("expected a deletion");
      expect(event.object.spec.size).toBe(3);
      expect(BigInt(event.object.metadata.resourceVersion ?? 0)).toBeGreaterThan(BigInt(resourceVersion));
    });

    test("the end of a held deletion is one event", async () => {
      const wanted = aGadget(namespace, "a");
      wanted.metadata.finalizers = ["example.org/one"];
      const made = await cluster.create(GADGETS, wanted);
      await cluster.delete(GADGETS, { namespace, name: "a" });
      await cluster.patch(GADGETS, { namespace, name: "a" }, { metadata: { finalizers: [] } });
      await cluster.create(GADGETS, aGadget(namespace, "b"));
      const resourceVersion = made.metadata.resourceVersion ?? "";
      const events = await firstEvents(cluster.watch(GADGETS, { namespace, resourceVersion }), 3);
      expect(brief(events)).toEqual(["Modified a", "Deleted a", "Added b"]);
    });

    test("objects enter and leave a selection", async () => {
      const resourceVersion = await versionOf(cluster, GADGETS, namespace);
      const watch = cluster.watch(GADGETS, { namespace, resourceVersion, labelSelector: "on=yes" });
      const events = firstEvents(watch, 3);
      await cluster.create(GADGETS, aGadget(namespace, "a"));
      await cluster.patch(GADGETS, { namespace, name: "a" }, { metadata: { labels: { on: "yes" } } });
      await cluster.patch(GADGETS, { namespace, name: "a" }, { spec: { size: 1 } });
      const left = await cluster.patch(GADGETS, { namespace, name: "a" }, { metadata: { labels: { on: "no" } } });
      const seen = await events;
      expect(brief(seen)).toEqual(["Added a", "Modified a", "Deleted a"]);
      const last = seen[2];
      if (last?.type !== "Deleted") throw new Error("expected a deletion");
      expect(last.object.metadata.resourceVersion).toBe(left.metadata.resourceVersion);
    });

    test("field selectors work on watches too", async () => {
      const resourceVersion = await versionOf(cluster, GADGETS, namespace);
      await cluster.create(GADGETS, aGadget(namespace, "a"));
      await cluster.create(GADGETS, aGadget(namespace, "b"));
      const fieldSelector = "metadata.name=b";
      const events = await firstEvents(cluster.watch(GADGETS, { namespace, resourceVersion, fieldSelector }), 1);
      expect(brief(events)).toEqual(["Added b"]);
    });

    test("writes that change nothing are no events", async () => {
      const made = await cluster.create(GADGETS, aGadget(namespace, "a", { size: 1 }));
      await cluster.patch(GADGETS, { namespace, name: "a" }, { spec: { size: 1 } });
      await cluster.create(GADGETS, aGadget(namespace, "b"));
      const resourceVersion = made.metadata.resourceVersion ?? "";
      expect(brief(await firstEvents(cluster.watch(GADGETS, { namespace, resourceVersion }), 1))).toEqual(["Added b"]);
    });

    test("ends normally after timeoutSeconds, with a bookmark that a watch can continue from", async () => {
      const resourceVersion = await versionOf(cluster, GADGETS, namespace);
      await cluster.create(GADGETS, aGadget(namespace, "a"));
      const seen: string[] = [];
      let bookmark = "";
      for await (const event of cluster.watch(GADGETS, { namespace, resourceVersion, timeoutSeconds: 1 })) {
        seen.push(event.type);
        if (event.type === "Bookmark") bookmark = event.resourceVersion;
      }
      expect(seen.filter((type) => type !== "Bookmark")).toEqual(["Added"]);
      if (bookmark === "") return; // a server may leave bookmarks out of so short a watch
      await cluster.create(GADGETS, aGadget(namespace, "b"));
      const next = await firstEvents(cluster.watch(GADGETS, { namespace, resourceVersion: bookmark }), 1);
      expect(brief(next)).toEqual(["Added b"]);
    });

    test("a version that is too old is Gone", async () => {
      await cluster.create(GADGETS, aGadget(namespace, "a"));
      const call = firstEvents(cluster.watch(GADGETS, { namespace, resourceVersion: "1", timeoutSeconds: 5 }), 1);
      expect(await failure(call)).toMatchObject({ reason: "Gone", code: 410 });
    });

    test("a version that is none is refused", async () => {
      const call = firstEvents(cluster.watch(GADGETS, { namespace, resourceVersion: "x", timeoutSeconds: 5 }), 1);
      expect((await failure(call)).reason).toBe("InternalError");
    });

    test("aborting ends the iteration normally", async () => {
      const abort = new AbortController();
      const resourceVersion = await versionOf(cluster, GADGETS, namespace);
      const read = (async () => {
        const seen: string[] = [];
        for await (const event of cluster.watch(GADGETS, { namespace, resourceVersion, signal: abort.signal })) {
          seen.push(event.type);
          abort.abort();
        }
        return seen;
      })();
      await cluster.create(GADGETS, aGadget(namespace, "a"));
      expect(await read).toEqual(["Added"]);
    });
  });

  describe("logs", () => {
    const read = async (name: string): Promise<void> => {
      for await (const chunk of cluster.logs({ namespace, name }, { container: "main" })) expect(chunk).toHaveLength(0);
    };

    test("of a pod that is not there are NotFound", async () => {
      expect((await failure(read("a"))).reason).toBe("NotFound");
    });

    test("of a pod that no node has are empty", async () => {
      await cluster.create(PODS, aPod(namespace, "a"));
      await read("a");
    });
  });
}
