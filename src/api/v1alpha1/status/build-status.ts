// How the environment image is coming along.
import { z } from "zod";
import { integer, listOf, openObject, text, time } from "../../schema/index.js";

const line = (max = 4096) => text({ max });

export const BuildPhase = z.enum(["Pending", "Running", "Complete", "Failed"]);
export type BuildPhase = z.infer<typeof BuildPhase>;

/** One build of a run's history. */
export const BuildAttempt = openObject({
  number: integer({ min: 0 }).describe("Number of the build, from 1."),
  strategy: line(63).optional().describe("Who built."),
  buildName: line(253).optional().describe("Name of the build object."),
  startTime: time().optional().describe("When it started."),
  completionTime: time().optional().describe("When it ended."),
  outcome: line(63).optional().describe("Complete, Failed, Cancelled or TimedOut."),
  reason: line(253).optional().describe("Reason of the failure catalogue."),
  message: line().optional().describe("What happened, one sentence."),
});
export type BuildAttempt = z.infer<typeof BuildAttempt>;

/** An image that the job could run on. */
export const AvailableImage = openObject({
  name: line(253).describe("Name."),
  displayName: line(253).optional().describe("Name for people."),
  description: line().optional().describe("What is in it."),
  imageRef: line(1024).optional().describe("Image reference."),
  s2iEnabled: z.boolean().optional().describe("Whether it is an s2i builder."),
  tags: listOf(line(253), { max: 64 }).optional().describe("Key words."),
});
export type AvailableImage = z.infer<typeof AvailableImage>;

/** How the environment image is coming along. */
export const BuildStatus = openObject({
  phase: BuildPhase.optional().describe("Where the build stands."),
  message: line().optional().describe("What is happening, one sentence."),
  strategy: line(63).optional().describe("Who builds."),
  buildName: line(253).optional().describe("Name of the build object."),
  imageReference: line(1024).optional().describe("Image as repository:tag."),
  imageDigest: line(1024).optional().describe("Image as repository@sha256:…"),
  imageSizeBytes: integer({ min: 0, max: 9007199254740991 }).optional().describe("Compressed size in bytes."),
  reused: z.boolean().optional().describe("The environment was built before; nothing was built for this run."),
  cacheHit: z.boolean().optional().describe("Layers came from the cache."),
  published: z.boolean().optional().describe("The shared image tag points to this image."),
  publishMessage: line().optional().describe("Why it was published, or why not."),
  startTime: time().optional().describe("When the build started."),
  completionTime: time().optional().describe("When the build ended."),
  duration: line(32).optional().describe("How long it took, such as 22m."),
  currentStep: line().optional().describe("What it is doing: Installing dependencies (5/12 packages)."),
  layersPulled: line(63).optional().describe("Layers of the base image, such as 2/9."),
  estimatedCompletionTime: time().optional().describe("From the history of the same environment."),
  attempts: listOf(BuildAttempt, { max: 20 }).optional().describe("Builds of this run, newest first."),
  availableImages: listOf(AvailableImage, { max: 64 }).optional().describe("Images that the job could run on."),
  recommendedImage: line(1024).optional().describe("Image for workbenches: the one that the notebook passed with."),
});
export type BuildStatus = z.infer<typeof BuildStatus>;
