import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { UserError } from "../../../src/api/index.js";
import { type BuildObject, type BuildPlan, type BuildStrategy, strategyNamed } from "../../../src/build/index.js";
import { pathFrom } from "../../../src/build/strategies/s2i/openshift-build.js";
import { aBuildPlan, aDemandingPlan, anEnvironment, COMMIT, GENERATED, REPOSITORY } from "./a-build-plan.js";
import { requireFit } from "./builder-worlds.js";

const strategy = (name: Parameters<typeof strategyNamed>[0]) => strategyNamed(name) as BuildStrategy;
const made = (name: Parameters<typeof strategyNamed>[0], plan: BuildPlan) => strategy(name).objects(plan);
const main = (name: Parameters<typeof strategyNamed>[0], plan: BuildPlan) => made(name, plan).at(-1) as BuildObject;

interface Run {
  readonly params: readonly { readonly name: string; readonly value: string | string[] }[];
  readonly workspaces: readonly { readonly name: string; readonly secret: { readonly secretName: string } }[];
  readonly [field: string]: unknown;
}

describe("a PipelineRun", () => {
  const spec = (plan: BuildPlan) => main("tekton", plan).spec as Run;
  const param = (plan: BuildPlan, name: string) => spec(plan).params.find((each) => each.name === name)?.value;

  test("brings the generated Dockerfile as base64, so that nobody takes a word of it for a variable", () => {
    expect(Buffer.from(String(param(aBuildPlan(), "dockerfile-base64")), "base64").toString()).toBe(GENERATED);
    expect(param(aDemandingPlan(), "dockerfile-base64")).toBe("");
    expect(param(aDemandingPlan(), "dockerfile")).toBe("docker/Dockerfile");
  });

  test("hands on what the job asks for", () => {
    const plan = aDemandingPlan();
    expect(param(plan, "build-arguments")).toEqual([
      "--build-arg=A=1",
      "--build-arg=B=two words; $HOME",
      expect.stringContaining("--label=mlops.dev/environment-digest=sha256:"),
      "--cache-from=registry.example.org:5000/fraud/nbv-cache",
      "--cache-to=registry.example.org:5000/fraud/nbv-cache",
      "--cache-ttl=168h",
    ]);
    expect(param(plan, "tls-verify")).toBe("false");
    expect(spec(plan)).toMatchObject({
      taskRunTemplate: {
        serviceAccountName: "builder",
        podTemplate: { nodeSelector: { disk: "fast" }, tolerations: [{ key: "build", operator: "Exists" }] },
      },
    });
  });

  test("binds each Secret to the workspace of the one step that needs it", () => {
    expect(spec(aDemandingPlan()).workspaces).toEqual([
      { name: "git-credentials", secret: { secretName: "git" } },
      { name: "pull-credentials", secret: { secretName: "pull" } },
      { name: "push-credentials", secret: { secretName: "push" } },
    ]);
    expect(spec(aBuildPlan()).workspaces).toEqual([]);
  });

  test("lets the build see no Secret that may push, unless it has to write the layer cache", () => {
    const plan = { ...aBuildPlan(), destination: { ...aBuildPlan().destination, pushSecret: "push" } };
    const pull = (of: BuildPlan) =>
      spec(of).workspaces.find(({ name }) => name === "pull-credentials")?.secret.secretName;
    expect(pull(plan)).toBeUndefined();
    const cached: BuildPlan = { ...plan, cache: { enabled: true, type: "registry", ttl: "24h" } };
    expect(pull(cached)).toBe("push");
    expect(strategy("tekton").judge(cached).warnings.join()).toContain("push Secret push");
    const other = { ...cached, strategyConfig: { cacheSecret: "cache" } };
    expect(pull(other)).toBe("cache");
    expect(strategy("tekton").judge(other).warnings).toEqual([]);
  });

  test.each([
    ["the repository's URL", { source: { url: "https://x/$(context.taskRun.name)", ref: "main", commit: COMMIT } }],
    ["the ref", { source: { url: "https://x/a", ref: "$(params.image)", commit: COMMIT } }],
    ["the build argument A", { environment: anEnvironment({ buildArgs: { A: "$(workspaces.x.path)" } }) }],
    ["the build context", { environment: anEnvironment({ context: "a$(b)" }) }],
  ] satisfies [string, Partial<BuildPlan>][])(
    "%s that looks like a variable of Tekton is refused by name",
    (what, changes) => {
      expect(strategy("tekton").judge(aBuildPlan(changes)).refused).toEqual([
        `${what} holds "$(", which Tekton takes for a variable`,
      ]);
    },
  );

  test("a CA bundle that no container could be given is refused with its size", () => {
    const plan = aBuildPlan({ settings: { ...aBuildPlan().settings, caBundle: "x".repeat(92_161) } });
    expect(strategy("tekton").judge(plan).refused.join()).toContain("92161 bytes");
  });

  test("whatever a job says, it is part of no script, command or image of a step", () => {
    const word = fc.string({ minLength: 12, maxLength: 30 }).map((text) => `ZZ${text}ZZ`);
    fc.assert(
      fc.property(word, word, word, word, (url, ref, path, value) => {
        const environment = anEnvironment({
          dockerfile: { kind: "repository", path, text: "FROM a" },
          buildArgs: { A: value },
          context: ref,
        });
        for (const name of ["tekton", "shipwright"] as const) {
          const text = JSON.stringify(
            stepsOf(made(name, aBuildPlan({ environment, source: { url, ref, commit: COMMIT } }))),
          );
          for (const each of [url, ref, path, value]) expect(text).not.toContain(JSON.stringify(each).slice(1, -1));
        }
      }),
      { numRuns: 50 },
    );
  });
});

describe("a BuildRun", () => {
  test("builds by a BuildStrategy whose name tells its content", () => {
    const [own, run] = made("shipwright", aBuildPlan()) as [BuildObject, BuildObject];
    expect(run.spec).toMatchObject({
      build: { spec: { strategy: { kind: "BuildStrategy", name: own.metadata.name } } },
    });
    const again = made("shipwright", aBuildPlan({ name: "nbv-build-9999999999-7" }))[0];
    expect(again).toEqual(own);
    const other = made(
      "shipwright",
      aBuildPlan({ settings: { ...aBuildPlan().settings, builderImage: "other:1" } }),
    )[0];
    expect(other?.metadata.name).not.toBe(own.metadata.name);
  });

  test("puts Secrets into the volumes of the steps that need them, and pushes by Shipwright", () => {
    const { spec } = main("shipwright", aDemandingPlan());
    expect(spec).toMatchObject({
      serviceAccount: "builder",
      build: {
        spec: {
          output: { image: `${REPOSITORY}:ab12ab12ab12`, pushSecret: "push", insecure: true },
          volumes: [
            { name: "git-credentials", secret: { secretName: "git" } },
            { name: "pull-credentials", secret: { secretName: "pull" } },
          ],
          strategy: { stepResources: [{ name: "build", resources: { requests: { cpu: "0.5" } } }] },
        },
      },
    });
  });

  test("of somebody else's strategy gets what that one declares, and the job learns what is lost", () => {
    const plan = aBuildPlan({
      strategyConfig: {
        shipwrightStrategy: "buildpacks",
        shipwrightStrategyKind: "BuildStrategy",
        "param.env": "slim",
      },
    });
    const objects = made("shipwright", plan);
    expect(objects).toHaveLength(1);
    expect(objects[0]?.spec).toMatchObject({
      build: {
        spec: {
          source: { type: "Git", git: { url: plan.source.url, revision: COMMIT } },
          strategy: { name: "buildpacks", kind: "BuildStrategy" },
          paramValues: [{ name: "env", value: "slim" }],
        },
      },
    });
    expect(strategy("shipwright").judge(plan).warnings.join()).toContain("the generated Dockerfile does not reach it");
  });

  test.each([
    [{ shipwrightStrategy: "Not A Name" }, "is no object's name"],
    [{ shipwrightStrategy: "a", shipwrightStrategyKind: "Cluster" }, "is ClusterBuildStrategy or BuildStrategy"],
    [{ shipwrightStrategy: "a", parameters: "git-url nonsense" }, "there is no nonsense"],
    [{ pipeline: "a" }, "names who builds"],
  ])("with the settings %j is refused, and nothing is made of it", (strategyConfig, words) => {
    const plan = aBuildPlan({ strategyConfig });
    expect(strategy("shipwright").judge(plan).refused.join()).toContain(words);
    if (!("pipeline" in strategyConfig)) expect(() => made("shipwright", plan)).toThrow(UserError);
  });
});

describe("an OpenShift Build", () => {
  test("takes the generated Dockerfile inline, at the commit", () => {
    expect(main("s2i", aBuildPlan()).spec).toMatchObject({
      source: { type: "Git", git: { uri: aBuildPlan().source.url, ref: COMMIT }, dockerfile: GENERATED },
      revision: { type: "Git", git: { commit: COMMIT } },
      strategy: { type: "Docker", dockerStrategy: { noCache: true } },
      output: { to: { kind: "DockerImage", name: `${REPOSITORY}:ab12ab12ab12` } },
    });
  });

  test("fetches nothing when nothing is copied", () => {
    const plan = aBuildPlan({ environment: anEnvironment({ copies: [] }) });
    expect(main("s2i", plan).spec).toMatchObject({ source: { type: "Dockerfile", dockerfile: GENERATED } });
    expect(JSON.stringify(main("s2i", plan))).not.toContain('"git"');
  });

  test("finds the repository's Dockerfile from its context", () => {
    expect(main("s2i", aDemandingPlan()).spec).toMatchObject({
      source: { contextDir: "docker", sourceSecret: { name: "git" } },
      strategy: { dockerStrategy: { dockerfilePath: "Dockerfile", noCache: false, pullSecret: { name: "pull" } } },
    });
    expect(pathFrom(".", "a/Dockerfile")).toBe("a/Dockerfile");
    expect(pathFrom("a/b", "a/c/Dockerfile")).toBe("../c/Dockerfile");
    expect(pathFrom("a/b/", "Dockerfile")).toBe("../../Dockerfile");
  });

  test("gives pip's settings to Dockerfiles that know them, and to builder images as variables", () => {
    const settings = {
      ...aBuildPlan().settings,
      environment: { PIP_INDEX_URL: "https://pypi.example.org/simple", HTTPS_PROXY: "http://p:1" },
    };
    const pip = { name: "PIP_INDEX_URL", value: "https://pypi.example.org/simple" };
    expect(main("s2i", aBuildPlan({ settings })).spec).toMatchObject({
      source: { git: { httpsProxy: "http://p:1" } },
      strategy: { dockerStrategy: { buildArgs: [pip] } },
    });
    const builder = main("s2i", aBuildPlan({ settings, strategyConfig: { builderImage: "ubi9/python-312:1" } }));
    expect(builder.spec).toMatchObject({
      strategy: { type: "Source", sourceStrategy: { env: [pip], incremental: false } },
    });
    requireFit(builder);
  });

  test("of a builder image builds by no Dockerfile of the repository", () => {
    const { refused } = strategy("s2i").judge({ ...aDemandingPlan(), strategyConfig: { builderImage: "b:1" } });
    expect(refused.join()).toContain("builds without a Dockerfile");
  });
});

describe("a custom build", () => {
  test("runs the named Pipeline with our parameters, and those of the job in their place", () => {
    const plan = aBuildPlan({
      strategyConfig: { pipeline: "team-image", "param.context": "sub", "param.flavour": "gpu" },
    });
    const { pipelineRef, params } = main("custom", plan).spec as Run;
    expect(pipelineRef).toEqual({ name: "team-image" });
    expect(params.filter(({ name }) => name === "context")).toEqual([{ name: "context", value: "sub" }]);
    expect(params).toContainEqual({ name: "flavour", value: "gpu" });
  });

  test("needs to know by whom, and nobody of ours stands in", () => {
    expect(strategy("custom").judge(aBuildPlan()).refused.join()).toContain("strategyConfig.pipeline");
    expect(() => made("custom", aBuildPlan())).toThrow(UserError);
    const named = aBuildPlan({ strategyConfig: { pipeline: "team-image" } });
    for (const name of ["tekton", "s2i", "shipwright"] as const)
      expect(strategy(name).judge(named).refused.join()).toContain("names who builds");
  });
});

/** Everything that runs: steps of inline tasks and of strategies. */
function stepsOf(objects: readonly BuildObject[]): unknown[] {
  const found: unknown[] = [];
  const walk = (value: unknown): void => {
    if (typeof value !== "object" || value === null) return;
    for (const [key, inner] of Object.entries(value)) {
      if (key === "steps") found.push(inner);
      else walk(inner);
    }
  };
  objects.forEach(walk);
  expect(found.length).toBeGreaterThan(0);
  return found;
}
