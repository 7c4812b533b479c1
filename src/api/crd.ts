// The CustomResourceDefinition of the contract.
import type { StructuralSchema } from "./schema/node.js";
import { structuralSchema } from "./structural.js";
import { CATEGORIES, GROUP, KIND, LIST_KIND, PLURAL, SHORT_NAMES, SINGULAR, VERSION } from "./v1alpha1/job.js";
import { NotebookValidationJobSpec } from "./v1alpha1/spec.js";
import { NotebookValidationJobStatus } from "./v1alpha1/status/status.js";

/** A column of `kubectl get`. */
export interface PrinterColumn {
  name: string;
  type: "string" | "integer" | "date";
  jsonPath: string;
  description: string;
  /** 1 = only with `-o wide`. The API server drops a 0, and every apply would then seem to change something. */
  priority?: 1;
}

/** The parts of `apiextensions.k8s.io/v1` CustomResourceDefinition that we write. */
export interface CustomResourceDefinition {
  apiVersion: "apiextensions.k8s.io/v1";
  kind: "CustomResourceDefinition";
  metadata: { name: string };
  spec: {
    group: string;
    scope: "Namespaced";
    names: {
      kind: string;
      listKind: string;
      plural: string;
      singular: string;
      shortNames: string[];
      categories: string[];
    };
    versions: {
      name: string;
      served: boolean;
      storage: boolean;
      schema: { openAPIV3Schema: StructuralSchema };
      subresources: { status: Record<string, never> };
      additionalPrinterColumns: PrinterColumn[];
      selectableFields: { jsonPath: string }[];
    }[];
  };
}

const column = (name: string, jsonPath: string, description: string, priority?: 1): PrinterColumn => ({
  name,
  type: "string",
  jsonPath,
  description,
  ...(priority && { priority }),
});

/** Columns of `kubectl get nvj`, in order. */
export const PRINTER_COLUMNS: readonly PrinterColumn[] = [
  column("Phase", ".status.phase", "Where the job stands."),
  column("Verdict", ".status.verdict", "What the validation said."),
  column("Notebook", ".spec.notebook.path", "The notebook."),
  column("Cells", ".status.cells", "Cells that are done, of all."),
  { ...column("Retries", ".status.retryCount", "Retries of the run."), type: "integer" },
  { ...column("Age", ".metadata.creationTimestamp", "Age of the job."), type: "date" },
  column("Image", ".status.buildStatus.imageReference", "Image that was built.", 1),
  column("Commit", ".status.source.commit", "Commit of the run.", 1),
  column("Message", ".status.message", "Why.", 1),
];

/** The CRD, deterministic and complete. */
export function crd(): CustomResourceDefinition {
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `${PLURAL}.${GROUP}` },
    spec: {
      group: GROUP,
      scope: "Namespaced",
      names: {
        kind: KIND,
        listKind: LIST_KIND,
        plural: PLURAL,
        singular: SINGULAR,
        shortNames: [...SHORT_NAMES],
        categories: [...CATEGORIES],
      },
      versions: [
        {
          name: VERSION,
          served: true,
          storage: true,
          schema: { openAPIV3Schema: rootSchema() },
          subresources: { status: {} },
          additionalPrinterColumns: PRINTER_COLUMNS.map((printed) => ({ ...printed })),
          selectableFields: [{ jsonPath: ".status.phase" }],
        },
      ],
    },
  };
}

function rootSchema(): StructuralSchema {
  return {
    description:
      "A notebook, the environment that it needs, and what counts as working: validated by the operator, reported in status.",
    type: "object",
    required: ["spec"],
    properties: {
      apiVersion: { type: "string", description: "Version of this schema." },
      kind: { type: "string", description: `Always ${KIND}.` },
      metadata: { type: "object" },
      spec: {
        ...structuralSchema(NotebookValidationJobSpec, "spec"),
        description: "What is asked for.",
      },
      status: {
        ...structuralSchema(NotebookValidationJobStatus, "status"),
        description: "What the operator reports.",
      },
    },
  };
}
