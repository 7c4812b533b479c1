// Cuts foreign CRDs down to the fields named in kept-fields.yaml: full CRDs in, imports/crds/*.yaml out.
// Usage: node imports/trim.mjs [directory of full CRD files; default test/fixtures/crds]
import { readFileSync, writeFileSync } from "node:fs";
import { parse, parseAllDocuments, stringify } from "yaml";

const root = new URL("..", import.meta.url);
const from = new URL(`${process.argv[2] ?? "test/fixtures/crds"}/`, root);
const kept = parse(readFileSync(new URL("imports/kept-fields.yaml", root), "utf8"));

for (const [file, kinds] of Object.entries(kept.files)) {
  const text = readFileSync(new URL(`${file}.yaml`, from), "utf8");
  const notice = text.split("\n").filter((line) => line.startsWith("# "));
  const found = new Map(parseAllDocuments(text).map((document) => [document.toJS()?.spec?.names?.kind, document.toJS()]));
  const crds = Object.entries(kinds).map(([kind, fields]) => trimCrd(found.get(kind), kind, fields));
  const header = [...notice, "# Trimmed by imports/trim.mjs to the fields of imports/kept-fields.yaml. Do not edit.", ""].join("\n");
  writeFileSync(
    new URL(`imports/crds/${file}.yaml`, root),
    header + crds.map((crd) => stringify(crd, { lineWidth: 0, aliasDuplicateObjects: false })).join("---\n"),
  );
}

function trimCrd(crd, kind, fields) {
  if (crd === undefined) throw new Error(`no CustomResourceDefinition of kind ${kind} in ${from.pathname}`);
  const version = crd.spec.versions.find((candidate) => candidate.name === "v1");
  if (version === undefined) throw new Error(`${kind}: no version v1`);
  const schema = version.schema.openAPIV3Schema.properties.spec;
  return {
    apiVersion: crd.apiVersion,
    kind: crd.kind,
    metadata: { name: crd.metadata.name },
    spec: {
      group: crd.spec.group,
      names: { kind, plural: crd.spec.names.plural, singular: crd.spec.names.singular },
      scope: crd.spec.scope,
      versions: [
        {
          name: "v1",
          served: true,
          storage: true,
          schema: {
            openAPIV3Schema: {
              type: "object",
              properties: { spec: trim(schema, fields, `${kind}.spec`) },
              required: ["spec"],
            },
          },
        },
      ],
    },
  };
}

function trim(schema, fields, path) {
  if (Object.keys(fields).length === 0) return schema;
  if (schema.type === "array") return { ...schema, items: trim(schema.items, fields, `${path}[]`) };
  const properties = {};
  for (const [name, below] of Object.entries(fields)) {
    const property = schema.properties?.[name];
    if (property === undefined) throw new Error(`${path}.${name}: the CRD has no such field`);
    properties[name] = trim(property, below, `${path}.${name}`);
  }
  const required = schema.required?.filter((name) => name in fields);
  const { required: _dropped, ...rest } = schema;
  return { ...rest, properties, ...(required?.length ? { required } : {}) };
}
