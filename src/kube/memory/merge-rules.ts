import { type StructuralSchema, schemaOfField } from "./structural-schema.js";

/** How a list merges in server-side apply. */
export type ListRule =
  | { readonly kind: "atomic" }
  | { readonly kind: "set" }
  | { readonly kind: "map"; readonly keys: readonly MergeKey[] };

/** A field that identifies an item of a list. */
export interface MergeKey {
  readonly field: string;
  /** Value that an absent field stands for. */
  readonly whenAbsent?: unknown;
}

/** How the value at one place of an object merges in server-side apply. */
export interface MergeRules {
  /** An object that is owned and replaced as a whole. */
  readonly atomic: boolean;
  readonly list: ListRule;
  field(name: string): MergeRules;
  /** Rules of the items of a list. */
  readonly items: MergeRules;
}

const ATOMIC: ListRule = { kind: "atomic" };

/** List markers of the built-in types, by field name (k8s.io/api, `+listType`, `+listMapKey`). */
const LISTS: Readonly<Record<string, ListRule>> = {
  ...byKeys(["name"], "containers", "initContainers", "ephemeralContainers", "volumes", "env", "imagePullSecrets"),
  ...byKeys(["name"], "resourceClaims", "schedulingGates", "secrets"),
  ...byKeys(["name"], "webhooks", "matchConditions"),
  ...byKeys(["type"], "conditions"),
  ...byKeys(["uid"], "ownerReferences"),
  ...byKeys(["ip"], "podIPs", "hostIPs", "hostAliases"),
  ...byKeys(["mountPath"], "volumeMounts"),
  ...byKeys(["devicePath"], "volumeDevices"),
  ...byKeys(["topologyKey", "whenUnsatisfiable"], "topologySpreadConstraints"),
  ports: { kind: "map", keys: [{ field: "containerPort" }, { field: "protocol", whenAbsent: "TCP" }] },
  finalizers: { kind: "set" },
};

/** Objects of the built-in types that are owned as a whole (`+structType=atomic`, `+mapType=atomic`), by field name. */
const ATOMIC_OBJECTS: ReadonlySet<string> = new Set([
  ...[
    "nodeSelector",
    "selector",
    "labelSelector",
    "namespaceSelector",
    "objectSelector",
    "involvedObject",
    "fieldRef",
    "resourceFieldRef",
  ],
  ...["configMapKeyRef", "secretKeyRef", "secretRef", "related", "claimRef"],
]);

/** Rules of the built-in types. The same field name means the same wherever it occurs in the types that are served. */
export function builtInRules(name = ""): MergeRules {
  return {
    atomic: ATOMIC_OBJECTS.has(name),
    list: Object.hasOwn(LISTS, name) ? (LISTS[name] ?? ATOMIC) : ATOMIC,
    field: (field) => builtInRules(field),
    get items() {
      return builtInRules();
    },
  };
}

/** Rules of a custom resource: its schema's, with the built-in ones for metadata. */
export function rulesOfSchema(schema: StructuralSchema | undefined): MergeRules {
  const root = schemaRules(schema);
  return { ...root, field: (name) => (name === "metadata" ? builtInRules("metadata") : root.field(name)) };
}

function schemaRules(schema: StructuralSchema | undefined): MergeRules {
  return {
    atomic: schema?.["x-kubernetes-map-type"] === "atomic",
    list: listRule(schema),
    field: (name) => schemaRules(schema === undefined ? undefined : schemaOfField(schema, name)),
    get items() {
      return schemaRules(schema?.items);
    },
  };
}

function listRule(schema: StructuralSchema | undefined): ListRule {
  switch (schema?.["x-kubernetes-list-type"]) {
    case "set":
      return { kind: "set" };
    case "map":
      return {
        kind: "map",
        keys: (schema["x-kubernetes-list-map-keys"] ?? []).map((field) => {
          const whenAbsent = schema.items?.properties?.[field]?.default;
          return whenAbsent === undefined ? { field } : { field, whenAbsent };
        }),
      };
    default:
      return ATOMIC;
  }
}

function byKeys(keys: readonly string[], ...lists: readonly string[]): Record<string, ListRule> {
  const rule: ListRule = { kind: "map", keys: keys.map((field) => ({ field })) };
  return Object.fromEntries(lists.map((list) => [list, rule]));
}
