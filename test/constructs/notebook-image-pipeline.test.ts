import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
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

/** Runs a step's own script on this computer, with its absolute paths moved below a scratch directory. */
describe("the scripts of the steps", () => {
  let scratch = "";
  beforeEach(() => {
    scratch = mkdtempSync(join(tmpdir(), "nbv-steps-"));
    for (const directory of ["source/sub", "work", "workspaces/push-credentials", "results", "bin"]) {
      mkdirSync(join(scratch, "nbv", directory), { recursive: true });
    }
  });
  afterEach(() => rmSync(scratch, { recursive: true, force: true }));

  function run(
    name: string,
    params: Record<string, string>,
    bound: readonly string[] = [],
    args: readonly string[] = [],
  ) {
    const { script = "", env = [] } = step(name);
    const moved = (text: string) =>
      text
        .replaceAll(/\$\(results\.([\w-]+)\.path\)/g, "/nbv/results/$1")
        .replaceAll(/(?<![\w.])\/nbv\//g, `${scratch}/nbv/`);
    const resolved = (value: string) =>
      moved(value)
        .replaceAll(/\$\(params\.([\w-]+)\)/g, (_match, param: string) => params[param] ?? "")
        .replaceAll(/\$\(workspaces\.([\w-]+)\.bound\)/g, (_match, workspace: string) =>
          String(bound.includes(workspace)),
        );
    const file = join(scratch, "script");
    writeFileSync(file, moved(script), { mode: 0o755 });
    return spawnSync(file, [...args], {
      encoding: "utf8",
      cwd: scratch,
      env: {
        PATH: `${scratch}/nbv/bin:${process.env["PATH"]}`,
        ...Object.fromEntries(env.map(({ name: variable, value }) => [variable, resolved(value)])),
      },
    });
  }
  const at = (path: string) => join(scratch, "nbv", path);

  /** A buildah that writes down how it was called. */
  function recordBuildah(): void {
    const lines = [
      "#!/bin/sh",
      `printf '%s\\n' "$@" > ${at("called")}`,
      `echo "auth=$REGISTRY_AUTH_FILE" >> ${at("called")}`,
      `for a in "$@"; do case $a in --digestfile=*) printf sha256:abc > "\${a#*=}" ;; esac; done`,
    ];
    writeFileSync(at("bin/buildah"), `${lines.join("\n")}\n`, { mode: 0o755 });
  }

  test("the generated Dockerfile wins when it is given", () => {
    writeFileSync(at("source/Dockerfile"), "FROM own:1\n");
    const generated = Buffer.from("FROM generated:1\n").toString("base64");
    const result = run("dockerfile", { "dockerfile-base64": generated, dockerfile: "Dockerfile", context: "." });
    expect(result).toMatchObject({ status: 0, stderr: "" });
    expect(readFileSync(at("work/Dockerfile"), "utf8")).toBe("FROM generated:1\n");
  });

  test("else the repository's own is taken, whatever its name", () => {
    const name = "sub/Docker file; touch owned $(touch owned)";
    writeFileSync(at(`source/${name}`), "FROM own:1\n");
    expect(run("dockerfile", { dockerfile: name, context: "sub" })).toMatchObject({ status: 0, stderr: "" });
    expect(readFileSync(at("work/Dockerfile"), "utf8")).toBe("FROM own:1\n");
    expect(() => readFileSync(join(scratch, "owned"))).toThrow();
  });

  test.each([
    ["../../outside", "."],
    ["link", "."],
    ["missing", "."],
    ["Dockerfile", "../.."],
    ["Dockerfile", "missing"],
  ])("Dockerfile %s with context %s is refused with a reason", (dockerfile, context) => {
    writeFileSync(join(scratch, "outside"), "FROM outside:1\n");
    writeFileSync(at("source/Dockerfile"), "FROM own:1\n");
    symlinkSync(join(scratch, "outside"), at("source/link"));
    const result = run("dockerfile", { dockerfile, context });
    expect(result.status).toBe(1);
    expect(result.stderr).toMatch(/leads out of the repository|has no (file|directory)/);
  });

  test("build arguments reach buildah one by one, spaces and quotes included", () => {
    recordBuildah();
    const args = ["--build-arg=GREETING=hello; rm -rf '$HOME'", "--target=run time"];
    expect(run("build", { context: ".", "tls-verify": "true" }, [], args).status).toBe(0);
    const called = readFileSync(at("called"), "utf8").split("\n");
    expect(called).toEqual(expect.arrayContaining([...args, "--tls-verify=true", `${at("source")}/.`]));
  });

  test("the pushed digest, the commit and the image become results", () => {
    recordBuildah();
    writeFileSync(at("work/image-id"), "sha256:feed");
    writeFileSync(at("work/layers"), "7\n");
    writeFileSync(at("work/cached-layers"), "5\n");
    writeFileSync(at("workspaces/push-credentials/.dockerconfigjson"), "{}");
    const params = {
      image: "registry.example.org/team/env:abc",
      "git-url": "https://git.example.org/a.git",
      "git-commit": "0123456789abcdef0123456789abcdef01234567",
      "tls-verify": "true",
    };
    expect(run("push", params, ["push-credentials"])).toMatchObject({ status: 0, stderr: "" });
    const results = (name: string) => readFileSync(at(`results/${name}`), "utf8");
    expect(["commit", "image-url", "image-digest"].map(results)).toEqual([
      params["git-commit"],
      params.image,
      "sha256:abc",
    ]);
    expect(["layers", "cached-layers"].map(results)).toEqual(["7", "5"]);
    expect(["IMAGE_URL", "IMAGE_DIGEST"].map(results)).toEqual([params.image, "sha256:abc"]);
    expect(["CHAINS-GIT_URL", "CHAINS-GIT_COMMIT"].map(results)).toEqual([params["git-url"], params["git-commit"]]);
    expect(readFileSync(at("called"), "utf8")).toContain(`auth=${at("workspaces/push-credentials/.dockerconfigjson")}`);
  });

  test("a registry Secret of the wrong kind is named, not ignored", () => {
    recordBuildah();
    const result = run("push", { image: "a/b:1", "tls-verify": "true" }, ["push-credentials"]);
    expect(result).toMatchObject({ status: 1, stderr: "the registry Secret has no key .dockerconfigjson\n" });
  });
});
