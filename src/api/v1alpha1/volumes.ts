// Volumes that users mount into the notebook's container: core `Volume` and `VolumeMount`.
import { z } from "zod";
import { dnsLabel, integer, listOf, mapOf, object, objectName, quantity, text } from "../schema/index.js";
import { rule } from "../schema/rule.js";
import { Annotations, LabelSelector, Labels } from "./label-selector.js";

/** Names that begin so belong to the operator. */
export const RESERVED_VOLUME_PREFIX = "nbv-";
/** Directories that belong to the operator or the system; neither they nor anything below them can be mounted. */
export const RESERVED_MOUNT_PATHS = [
  "/nbv",
  "/proc",
  "/sys",
  "/dev/termination-log",
  "/var/run/secrets/kubernetes.io",
] as const;

/** A relative path without a segment `..`: as one pattern, for a rule would be paid for once per item of a long list. */
function pathInVolume(): z.ZodString {
  return text({
    max: 1024,
    min: 1,
    pattern: /^([^./][^/]*|[.][^./][^/]*|[.][.][^/]+|[.])(\/([^./][^/]*|[.][^./][^/]*|[.][.][^/]+|[.]|))*$/,
    words: 'a relative path without ".."',
  });
}

const mode = integer({ min: 0, max: 511 });
const optional = z.boolean().exactOptional().describe("Go on when the object or its keys are missing.");
const items = listOf(
  object({
    key: text({ max: 253, min: 1 }).describe("Key in the object's data."),
    path: pathInVolume().describe("File, relative to the volume."),
    mode: mode.exactOptional().describe("Permission bits of the file."),
  }),
  { max: 256 },
)
  .exactOptional()
  .describe("Keys to mount; absent = all.");
const defaultMode = mode.exactOptional().describe("Permission bits of files without a mode of their own.");

const ClaimTemplate = object({
  metadata: object({
    labels: Labels.exactOptional().describe("Labels of the claim."),
    annotations: Annotations.exactOptional().describe("Annotations of the claim."),
  })
    .exactOptional()
    .describe("Labels and annotations of the claim."),
  spec: object({
    accessModes: listOf(z.enum(["ReadWriteOnce", "ReadOnlyMany", "ReadWriteMany", "ReadWriteOncePod"]), {
      max: 4,
      unique: true,
    })
      .exactOptional()
      .describe("How the volume may be mounted."),
    resources: object({
      requests: mapOf(quantity(), { max: 4 }).exactOptional().describe("Size: storage."),
      limits: mapOf(quantity(), { max: 4 }).exactOptional().describe("Largest size: storage."),
    })
      .exactOptional()
      .describe("Size of the volume."),
    storageClassName: text({ max: 253 }).exactOptional().describe("Storage class; absent = the cluster's default."),
    volumeMode: z.enum(["Filesystem"]).exactOptional().describe("Only file systems can be mounted."),
    volumeName: objectName().exactOptional().describe("A volume that exists already."),
    selector: LabelSelector.exactOptional().describe("Volumes to choose from."),
  }).describe("What is claimed."),
});

const ProjectedSource = object({
  configMap: object({ name: objectName().describe("Name of the ConfigMap."), items, optional })
    .exactOptional()
    .describe("Keys of a ConfigMap."),
  secret: object({ name: objectName().describe("Name of the Secret."), items, optional })
    .exactOptional()
    .describe("Keys of a Secret."),
  downwardAPI: object({
    items: listOf(
      object({
        path: pathInVolume().describe("File, relative to the volume."),
        fieldRef: object({ fieldPath: text({ max: 253, min: 1 }).describe("Field of the pod.") })
          .exactOptional()
          .describe("Field of the pod."),
        mode: mode.exactOptional().describe("Permission bits of the file."),
      }),
      { max: 64 },
    ).describe("Files to make."),
  })
    .exactOptional()
    .describe("Fields of the validation pod."),
  serviceAccountToken: object({
    path: pathInVolume().describe("File, relative to the volume."),
    audience: text({ max: 1024 }).exactOptional().describe("Whom the token is for."),
    expirationSeconds: integer({ min: 600 }).exactOptional().describe("Life time in seconds."),
  })
    .exactOptional()
    .describe("Token of the pod's ServiceAccount for one audience."),
}).with(
  rule({
    cel: "[has(self.configMap), has(self.secret), has(self.downwardAPI), has(self.serviceAccountToken)].exists_one(s, s)",
    holds: (source) => Object.keys(source).length === 1,
    message: "must have exactly one of configMap, secret, downwardAPI and serviceAccountToken",
  }),
);

const sources = {
  persistentVolumeClaim: object({
    claimName: objectName().describe("Claim in the job's namespace."),
    readOnly: z.boolean().exactOptional().describe("Mount it read-only."),
  })
    .exactOptional()
    .describe("A claim that exists in the job's namespace."),
  configMap: object({ name: objectName().describe("Name of the ConfigMap."), items, defaultMode, optional })
    .exactOptional()
    .describe("Keys of a ConfigMap as files."),
  secret: object({ secretName: objectName().describe("Name of the Secret."), items, defaultMode, optional })
    .exactOptional()
    .describe("Keys of a Secret as files."),
  emptyDir: object({
    medium: z.enum(["", "Memory"]).exactOptional().describe("Memory for a RAM disk; empty = the node's disk."),
    sizeLimit: quantity().exactOptional().describe("Largest size."),
  })
    .exactOptional()
    .describe("A directory that lives as long as the pod."),
  projected: object({
    sources: listOf(ProjectedSource, { max: 32 }).describe("What is put together."),
    defaultMode,
  })
    .exactOptional()
    .describe("Several sources in one directory."),
  ephemeral: object({ volumeClaimTemplate: ClaimTemplate.describe("The claim to make.") })
    .exactOptional()
    .describe("A claim that lives as long as the pod."),
  csi: object({
    driver: objectName().describe("Name of the CSI driver."),
    readOnly: z.boolean().exactOptional().describe("Mount it read-only."),
    fsType: text({ max: 64 }).exactOptional().describe("File system."),
    volumeAttributes: mapOf(text({ max: 1024 }), { max: 64 })
      .exactOptional()
      .describe("Attributes for the driver."),
    nodePublishSecretRef: object({ name: objectName().describe("Name of the Secret.") })
      .exactOptional()
      .describe("Secret for the driver."),
  })
    .exactOptional()
    .describe("An inline CSI volume, such as a secrets store."),
};
const sourceNames = Object.keys(sources);

/** A volume of the validation pod: a name and exactly one source. */
export const Volume = object({
  name: dnsLabel()
    .describe("Name that volumeMounts refer to.")
    .with(
      rule({
        cel: `!self.startsWith('${RESERVED_VOLUME_PREFIX}')`,
        holds: (name) => !name.startsWith(RESERVED_VOLUME_PREFIX),
        message: `must not begin with ${RESERVED_VOLUME_PREFIX}: such names belong to the operator`,
      }),
    ),
  ...sources,
}).with(
  rule({
    cel: `[${sourceNames.map((name) => `has(self.${name})`).join(", ")}].exists_one(s, s)`,
    holds: (volume) => sourceNames.filter((name) => name in volume).length === 1,
    message: `must have exactly one of ${sourceNames.join(", ")}`,
  }),
);
export type Volume = z.infer<typeof Volume>;

const reserved = [
  `^/+(${RESERVED_MOUNT_PATHS.map((path) => path.slice(1).replaceAll(".", "[.]")).join("|")})(/|$)`,
  "^/+$",
  "^/+dev/*$",
  "/[.][.]?(/|$)",
].join("|");

/** Where a volume appears in the notebook's container. */
export const VolumeMount = object({
  name: dnsLabel().describe("Volume to mount."),
  mountPath: text({
    max: 1024,
    min: 1,
    pattern: /^\/[^:]*$/,
    words: "an absolute path without a colon",
    example: "/data",
  })
    .describe("Directory in the container.")
    .with(
      rule({
        cel: `!self.matches('${reserved}')`,
        holds: (path) => !new RegExp(reserved).test(path),
        message: `must be a plain path, and not /, /dev, or at or below ${RESERVED_MOUNT_PATHS.join(", ")}: they belong to the operator or the system`,
      }),
    ),
  subPath: text({ max: 1024 })
    .exactOptional()
    .describe("Directory or file of the volume that is mounted.")
    .meta({ operatorDefault: "the volume's root" }),
  readOnly: z.boolean().exactOptional().describe("Mount it read-only.").meta({ operatorDefault: "false" }),
});
export type VolumeMount = z.infer<typeof VolumeMount>;
