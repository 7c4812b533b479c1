import { z } from "zod";

const Property = z.object({ name: z.string(), value: z.string() });
const Hash = z.object({
  alg: z.enum(["MD5", "SHA-1", "SHA-256", "SHA-384", "SHA-512"]),
  content: z.string().regex(/^([0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64}|[0-9a-f]{96}|[0-9a-f]{128})$/),
});

const Component = z.object({
  type: z.enum(["application", "container", "platform", "library"]),
  "bom-ref": z.string().min(1),
  name: z.string(),
  version: z.string().optional(),
  purl: z.string().startsWith("pkg:").optional(),
  hashes: z.array(Hash).optional().describe("Of the archive or image, where somebody has written them down."),
  externalReferences: z.array(z.object({ type: z.enum(["vcs", "distribution"]), url: z.string() })).optional(),
  properties: z
    .array(Property)
    .optional()
    .describe(
      "nbv:installer, nbv:requested, nbv:editable, nbv:commit, nbv:record-sha256, nbv:changed-by-notebook, nbv:kernel.",
    ),
});

/** The part of CycloneDX 1.6 that the runner writes, as `environment.cdx.json` and into its report. */
export const BillOfMaterials = z.object({
  bomFormat: z.literal("CycloneDX"),
  specVersion: z.literal("1.6"),
  version: z.literal(1),
  metadata: z.object({ component: Component }),
  components: z.array(Component),
});
