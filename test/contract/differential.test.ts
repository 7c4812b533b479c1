import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { type Cluster, CUSTOM_RESOURCE_DEFINITIONS, isKubeError, type KubeError } from "../../src/kube/index.js";
import { LiveCluster, loadKubeConfig } from "../../src/kube/live/index.js";
import { MemoryCluster } from "../../src/kube/memory/index.js";
import { type ControlPlane, findControlPlane, NO_CONTROL_PLANE, startControlPlane } from "../cluster/control-plane.js";
import { aGadget, freshNamespace } from "./cluster-under-test.js";
import { GADGET, GADGET_DEFINITION, GADGETS, type Gadget } from "./gadget.js";
import { untilServed } from "./until-served.js";

/** One write, on one of two objects, by one of two managers. */
type Write =
  | { readonly do: "create" | "replace"; readonly name: string; readonly by: string; readonly spec: Gadget["spec"] }
  | {
      readonly do: "apply";
      readonly name: string;
      readonly by: string;
      readonly spec: Gadget["spec"];
      readonly labels: Record<string, string> | undefined;
      readonly force: boolean;
    }
  | { readonly do: "patch"; readonly name: string; readonly by: string; readonly patch: Record<string, unknown> }
  | { readonly do: "status"; readonly name: string; readonly by: string; readonly phase: string }
  | { readonly do: "delete"; readonly name: string };

const name = fc.constantFrom("a", "b");
const by = fc.constantFrom("alice", "bob");
const word = fc.constantFrom("x", "y");
// Empty maps and lists are left out: a real server's answers to applying them depend on how they became empty.
const someWords = fc.dictionary(word, word, { minKeys: 1, maxKeys: 2 });
const spec: fc.Arbitrary<Gadget["spec"]> = fc.record(
  {
    size: fc.constantFrom(1, 2, 13, 101),
    color: fc.constantFrom("red" as const, "green" as const),
    mode: word,
    labels: someWords,
    tags: fc.uniqueArray(fc.constantFrom("t", "u", "v"), { minLength: 1, maxLength: 3 }),
    parts: fc.uniqueArray(
      fc.record({ name: fc.constantFrom("p", "q", "r"), weight: fc.constantFrom(1, 2) }, { requiredKeys: ["name"] }),
      { minLength: 1, maxLength: 3, selector: (part) => part.name },
    ),
    options: fc.record({ level: word, limit: fc.constantFrom(1, 2) }, { requiredKeys: ["level"] }),
  },
  { requiredKeys: [] },
);
const orNull = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(value, { freq: 3 });
const patch = fc.record(
  {
    spec: fc.record(
      {
        size: orNull(fc.constantFrom(1, 2, 13)),
        mode: orNull(word),
        labels: orNull(fc.dictionary(word, orNull(word), { maxKeys: 2 })),
        options: orNull(fc.record({ level: orNull(word) }, { requiredKeys: [] })),
        tags: orNull(fc.uniqueArray(fc.constantFrom("t", "u"), { maxLength: 2 })),
        unknown: word,
      },
      { requiredKeys: [] },
    ),
    metadata: fc.record({ labels: orNull(fc.dictionary(word, orNull(word), { maxKeys: 2 })) }),
  },
  { requiredKeys: [] },
);
const write: fc.Arbitrary<Write> = fc.oneof(
  fc.record({ do: fc.constantFrom("create" as const, "replace" as const), name, by, spec }),
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant("apply" as const),
      name,
      by,
      spec,
      labels: fc.option(someWords, { nil: undefined }),
      force: fc.boolean(),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("patch" as const), name, by, patch }) },
  fc.record({ do: fc.constant("status" as const), name, by, phase: word }),
  fc.record({ do: fc.constant("delete" as const), name }),
);

if (findControlPlane() === undefined && process.env["CI"] !== "true") {
  process.stderr.write(`skipped: comparison with a real API server (${NO_CONTROL_PLANE})\n`);
  describe.skip("comparison with a real API server", () => {
    test("is not possible here", () => expect(findControlPlane()).toBeDefined());
  });
} else {
  let controlPlane: ControlPlane | undefined;
  let live: LiveCluster;

  beforeAll(async () => {
    controlPlane = await startControlPlane();
    live = new LiveCluster(loadKubeConfig({ path: controlPlane.kubeconfig }));
    await live.create(CUSTOM_RESOURCE_DEFINITIONS, GADGET_DEFINITION);
    await untilServed(live, GADGETS);
  }, 90_000);

  afterAll(async () => {
    await live?.close();
    await controlPlane?.stop();
  }, 90_000);

  test("the embedded server answers every sequence of writes as a real one does", async () => {
    // The same sequences every time, so that a run of the suite says something about the change; more and others on demand.
    const runs = Number(process.env["NBV_DIFFERENTIAL_RUNS"] ?? 60);
    const seed = process.env["NBV_DIFFERENTIAL_RUNS"] === undefined ? 1 : process.env["NBV_DIFFERENTIAL_SEED"];
    await fc.assert(
      fc.asyncProperty(fc.array(write, { minLength: 1, maxLength: 14 }), async (writes) => {
        const memory = new MemoryCluster({ customResources: [GADGET] });
        const homes = [await freshNamespace(live), await freshNamespace(memory)] as const;
        for (const [index, each] of writes.entries()) {
          const real = await outcome(live, homes[0], each);
          const embedded = await outcome(memory, homes[1], each);
          expect({ index, write: each, ...embedded }).toEqual({ index, write: each, ...real });
        }
      }),
      { numRuns: runs, ...(seed === undefined ? {} : { seed: Number(seed) }) },
    );
  }, 600_000);
}

/** What a client sees of a write: the object without identity, or why it failed and where. */
async function outcome(cluster: Cluster, namespace: string, each: Write): Promise<object> {
  try {
    const before = await cluster.get(GADGETS, { namespace, name: each.name }).catch(() => undefined);
    const after = await perform(cluster, namespace, each);
    const { metadata, ...content } = after ?? aGadget(namespace, each.name);
    const { labels, generation } = metadata;
    const wrote = before?.metadata.resourceVersion !== metadata.resourceVersion;
    return { content, labels, generation, wrote };
  } catch (error) {
    if (!isKubeError(error)) throw error;
    return { reason: error.reason, fields: fieldsOf(error) };
  }
}

/** Without the summary that the real server adds when the CEL rules could not run. */
function fieldsOf(error: KubeError): string[] {
  const fields = error.causes.map((cause) => cause.field ?? "");
  return fields.filter((field) => field !== "<nil>").toSorted();
}

async function perform(cluster: Cluster, namespace: string, each: Write): Promise<Gadget | undefined> {
  const key = { namespace, name: each.name };
  switch (each.do) {
    case "create":
      return cluster.create(GADGETS, aGadget(namespace, each.name, each.spec), { fieldManager: each.by });
    case "replace": {
      const current = await cluster.get(GADGETS, key);
      return cluster.replace(GADGETS, { ...current, spec: each.spec }, { fieldManager: each.by });
    }
    case "apply": {
      const wanted = aGadget(namespace, each.name, each.spec);
      if (each.labels !== undefined) wanted.metadata.labels = each.labels;
      return cluster.apply(GADGETS, wanted, { fieldManager: each.by, force: each.force });
    }
    case "patch":
      return cluster.patch(GADGETS, key, each.patch, { fieldManager: each.by });
    case "status":
      return cluster.patchStatus(GADGETS, key, { status: { phase: each.phase } }, { fieldManager: each.by });
    case "delete":
      return cluster.delete(GADGETS, key).then(() => undefined);
    default:
      return each satisfies never;
  }
}
