// Identity and privileges of the validation pod: core `PodSecurityContext`.
import { z } from "zod";
import { integer, listOf, object, text } from "../schema/index.js";

const id = integer({ min: 0 });

/** Pod-level security settings. What is unset follows Pod Security *restricted*. */
export const PodSecurityContext = object({
  runAsUser: id.exactOptional().describe("User ID of all containers. With 0 a verdict is not tamper-proof."),
  runAsGroup: id.exactOptional().describe("Primary group ID of all containers."),
  runAsNonRoot: z.boolean().exactOptional().describe("Refuse to start as root.").meta({ operatorDefault: "true" }),
  fsGroup: id.exactOptional().describe("Group that owns mounted volumes."),
  fsGroupChangePolicy: z
    .enum(["OnRootMismatch", "Always"])
    .exactOptional()
    .describe("When the ownership of volumes is changed."),
  supplementalGroups: listOf(id, { max: 64 }).exactOptional().describe("Further groups of all containers."),
  supplementalGroupsPolicy: z.enum(["Merge", "Strict"]).exactOptional().describe("Whether groups of the image count."),
  seccompProfile: object({
    type: z.enum(["RuntimeDefault", "Localhost", "Unconfined"]).describe("Which profile."),
    localhostProfile: text({ max: 1024 }).exactOptional().describe("File of the profile, for Localhost."),
  })
    .exactOptional()
    .describe("System call filter.")
    .meta({ operatorDefault: "RuntimeDefault" }),
  seLinuxOptions: object({
    level: text({ max: 253 }).exactOptional().describe("Level."),
    role: text({ max: 253 }).exactOptional().describe("Role."),
    type: text({ max: 253 }).exactOptional().describe("Type."),
    user: text({ max: 253 }).exactOptional().describe("User."),
  })
    .exactOptional()
    .describe("SELinux context."),
});
export type PodSecurityContext = z.infer<typeof PodSecurityContext>;
