import { describe, expect, test } from "@jest/globals";
import { BUILD_PARAMS, NotebookImagePipeline, policyViolations } from "../../src/constructs/index.js";
import { aChart, objectsOf, only } from "./synthesize.js";

interface Step {
  name: string;
  image: string;
  script?: string;
  command?: string[];
  args?: string[];
  env?: { name: string; value: string }[];
  workspaces?: { name: string }[];
  securityContext?: Record<string, unknown>;
}

function pipeline() {
  const chart = aChart();
  new NotebookImagePipeline(chart, "Pipeline", { namespace: "builds" });
  const objects = objectsOf(chart);
  const task = only(objects, "Task");
  return { objects, task, pipeline: only(objects, "Pipeline"), steps: (task["spec"] as { steps: Step[] }).steps };
}
const step = (name: string) => {
  const found = pipeline().steps.find((candidate) => candidate.name === name);
  if (found === undefined) throw new Error(`no step ${name}`);
  return found;
};

describe("NotebookImagePipeline", () => {
  test("fetches, lays out the Dockerfile, builds and pushes, in this order", () => {
    expect(pipeline().steps.map(({ name }) => name)).toEqual(["fetch", "dockerfile", "build", "push"]);
  });

  test("no parameter ever becomes part of a script", () => {
    for (const { script } of pipeline().steps) expect(script ?? "").not.toContain("$(params.");
  });

  test("each credential is seen by one step only, and the build never sees the one that may push", () => {
    const seenBy = (workspace: string) =>
      pipeline()
        .steps.filter((candidate) => candidate.workspaces?.some(({ name }) => name === workspace))
        .map(({ name }) => name);
    expect(seenBy("git-credentials")).toEqual(["fetch"]);
    expect(seenBy("pull-credentials")).toEqual(["build"]);
    expect(seenBy("push-credentials")).toEqual(["push"]);
  });

  test("nothing is privileged, and no claim is asked for", () => {
    const { task, steps } = pipeline();
    expect(JSON.stringify(task)).not.toMatch(/privileged|persistentVolumeClaim|Unconfined/);
    for (const name of ["fetch", "dockerfile"])
      expect(step(name).securityContext).toMatchObject({ runAsNonRoot: true });
    expect(steps.filter(({ securityContext }) => securityContext?.["runAsUser"] === 0).map(({ name }) => name)).toEqual(
      ["build", "push"],
    );
  });

  test("the Pipeline hands every parameter, workspace and result through", () => {
    const { task, pipeline: whole } = pipeline();
    const names = (object: unknown, field: string) =>
      ((object as { spec: Record<string, { name: string }[]> }).spec[field] ?? []).map(({ name }) => name);
    for (const field of ["params", "workspaces", "results"]) expect(names(whole, field)).toEqual(names(task, field));
    const [use] = (whole["spec"] as { tasks: { params: { name: string; value: unknown }[]; taskRef: object }[] }).tasks;
    expect(use?.params.map(({ name }) => name)).toEqual(BUILD_PARAMS.map(({ name }) => name));
    expect(use?.params.find(({ name }) => name === "build-arguments")?.value).toEqual(["$(params.build-arguments[*])"]);
    expect(use?.taskRef).toEqual({ kind: "Task", name: task.metadata?.name });
  });

  test("every result that the Task declares is written by its last step", () => {
    const { task } = pipeline();
    for (const { name } of (task["spec"] as { results: { name: string }[] }).results) {
      expect(step("push").script).toContain(`$(results.${name}.path)`);
    }
  });

  test("unpinned images are refused by the name of the prop", () => {
    expect(() => new NotebookImagePipeline(aChart(), "Pipeline", { buildahImage: "buildah" })).toThrow(
      expect.objectContaining({ where: ["test/Pipeline: buildahImage"] }),
    );
  });

  test("breaks no policy", () => {
    expect(pipeline().objects.flatMap(policyViolations)).toEqual([]);
  });
});
