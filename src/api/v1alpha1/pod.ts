// The pod in which the notebook runs.
import { z } from "zod";
import { dnsLabel, imageReference, listOf, object, objectName } from "../schema/index.js";
import { rule } from "../schema/rule.js";
import { BuildConfig } from "./build.js";
import { EnvironmentSource, EnvironmentVariable } from "./environment-variables.js";
import { Annotations, Labels } from "./label-selector.js";
import { Resources } from "./resources.js";
import { Affinity, NodeSelector, Toleration } from "./scheduling.js";
import { PodSecurityContext } from "./security-context.js";
import { Volume, VolumeMount } from "./volumes.js";

/** The pod in which the notebook runs, and the image that it runs on. */
export const PodConfig = object({
  containerImage: imageReference()
    .exactOptional()
    .describe("Image to run when nothing is built; fallback of last resort when a build is on.")
    .meta({ operatorDefault: "the operator's defaultImages.notebook" }),
  buildConfig: BuildConfig.exactOptional().describe("Build an image for the notebook."),
  resources: Resources.exactOptional()
    .describe("Compute resources of the notebook.")
    .meta({ operatorDefault: "the operator's defaultResources" }),
  serviceAccountName: objectName()
    .exactOptional()
    .describe("ServiceAccount of the pod, in the job's namespace.")
    .meta({ operatorDefault: "default" }),
  automountServiceAccountToken: z
    .boolean()
    .exactOptional()
    .describe("Mount the ServiceAccount's token into the notebook's container.")
    .meta({ operatorDefault: "false" }),
  readOnlyRootFilesystem: z
    .boolean()
    .exactOptional()
    .describe("Run with a read-only root file system; home, caches and /tmp stay writable.")
    .meta({ operatorDefault: "true for images that were built, false for the user's own" }),
  env: listOf(EnvironmentVariable, { max: 256 }).exactOptional().describe("Environment variables of the notebook."),
  envFrom: listOf(EnvironmentSource, { max: 64 })
    .exactOptional()
    .describe("Secrets and ConfigMaps as environment variables."),
  credentials: listOf(objectName(), { max: 32 })
    .exactOptional()
    .describe("Secrets whose keys become environment variables: short for envFrom[].secretRef."),
  volumes: listOf(Volume, { max: 64, key: "name" }).exactOptional().describe("Volumes of the pod."),
  volumeMounts: listOf(VolumeMount, { max: 64, key: "mountPath" })
    .exactOptional()
    .describe("Where volumes appear in the notebook's container."),
  tolerations: listOf(Toleration, { max: 32 }).exactOptional().describe("Taints that the pod tolerates."),
  nodeSelector: NodeSelector.exactOptional().describe("Labels that the node must have."),
  affinity: Affinity.exactOptional().describe("Preferences and demands on the node."),
  imagePullSecrets: listOf(object({ name: objectName().describe("Name of the Secret.") }), { max: 16, key: "name" })
    .exactOptional()
    .describe("Secrets for pulling images."),
  priorityClassName: objectName().exactOptional().describe("PriorityClass of the pod."),
  runtimeClassName: objectName().exactOptional().describe("RuntimeClass of the pod."),
  securityContext: PodSecurityContext.exactOptional()
    .describe("Security settings of the pod.")
    .meta({ operatorDefault: "Pod Security restricted" }),
  labels: Labels.with(
    rule({
      cel: "!self.exists(k, k.startsWith('mlops.dev/'))",
      holds: (labels) => !Object.keys(labels).some((key) => key.startsWith("mlops.dev/")),
      message: "must not have keys under mlops.dev/: they belong to the operator",
    }),
  )
    .exactOptional()
    .describe("Labels of the pod, besides the operator's own."),
  annotations: Annotations.exactOptional().describe("Annotations of the pod."),
  queueName: dnsLabel().exactOptional().describe("Kueue local queue that admits the pod."),
}).with(
  rule({
    cel: "!has(self.volumeMounts) || self.volumeMounts.all(m, has(self.volumes) && self.volumes.exists(v, v.name == m.name))",
    holds: (pod) =>
      (pod.volumeMounts ?? []).every((mount) => pod.volumes?.some((volume) => volume.name === mount.name)),
    field: "volumeMounts",
    message: "must name volumes of podConfig.volumes only",
    explain: (pod) => {
      const missing = (pod.volumeMounts ?? []).filter((mount) => !pod.volumes?.some(({ name }) => name === mount.name));
      return `must name volumes of podConfig.volumes only: there is none named ${missing.map((mount) => mount.name).join(", ")}`;
    },
  }),
);
export type PodConfig = z.infer<typeof PodConfig>;
