import { describe, expect, test } from "@jest/globals";
import { effectiveSpec, type OperatorConfigInput, parseOperatorConfig } from "../../../src/api/index.js";
import { NotebookValidationJobSpec } from "../../../src/api/v1alpha1/spec.js";
import { type DestinationAnswer, planDestination } from "../../../src/build/index.js";

const environmentDigest = `sha256:${"0123456789abcdef".repeat(4)}`;
const inCluster = { registry: { host: "registry.local:5000" } };

/** @param unchecked settings that the spec's rules don't let in */
function destinationOf(
  buildConfig: object,
  configuration: OperatorConfigInput = inCluster,
  unchecked: object = {},
): DestinationAnswer {
  const config = parseOperatorConfig(configuration);
  const spec = NotebookValidationJobSpec.parse({
    notebook: { git: { url: "https://git.example/x.git", ref: "main" }, path: "a.ipynb" },
    podConfig: { buildConfig: { enabled: true, ...buildConfig } },
  });
  const { build } = effectiveSpec(spec, config);
  if (build === undefined) throw new Error("nothing is built");
  return planDestination({ build: { ...build, ...unchecked }, namespace: "team-a", environmentDigest, config });
}

function planned(buildConfig: object, configuration?: OperatorConfigInput, unchecked?: object) {
  const answer = destinationOf(buildConfig, configuration, unchecked);
  if (answer.kind !== "planned") throw new Error(answer.message);
  return answer;
}

describe("an image without a name", () => {
  test("goes beside the others of its namespace, under the tag of its environment", () => {
    expect(planned({}).destination).toEqual({
      repository: "registry.local:5000/team-a/nbv-environments",
      tag: "0123456789ab",
      isInsecure: false,
      cacheRepository: "registry.local:5000/team-a/nbv-cache",
    });
  });

  test("goes where the operator's configuration says", () => {
    const configuration = {
      registry: { host: "quay.io", namespace: "org/notebooks", insecure: true },
      build: { pushSecret: "robot", cacheRepository: "quay.io/org/layers" },
    };
    expect(planned({}, configuration).destination).toEqual({
      repository: "quay.io/org/notebooks/nbv-environments",
      tag: "0123456789ab",
      pushSecret: "robot",
      isInsecure: true,
      cacheRepository: "quay.io/org/layers-team-a",
    });
  });

  test("goes to OpenShift's own registry there", () => {
    const { repository, isInsecure } = planned({}, { openshift: true }).destination;
    expect(repository).toBe("image-registry.openshift-image-registry.svc:5000/team-a/nbv-environments");
    expect(isInsecure).toBe(false);
  });

  test("has nowhere to go without a registry", () => {
    expect(destinationOf({}, {})).toMatchObject({
      kind: "refused",
      message: expect.stringContaining("no registry"),
      fix: expect.stringContaining("registry.host"),
    });
  });
});

describe("a named image", () => {
  test("is pushed by its environment, and its own tag is for afterwards", () => {
    const { destination } = planned({ imageName: "fraud/train", imageTag: "prod", pushSecret: "mine" });
    expect(destination).toMatchObject({
      repository: "registry.local:5000/team-a/fraud/train",
      tag: "0123456789ab",
      publishTag: "prod",
      pushSecret: "mine",
    });
  });

  test("whose tag is the one of the environment has nothing to publish", () => {
    expect(planned({ imageName: "train" }).destination).not.toHaveProperty("publishTag");
    const own = { imageTag: "0123456789ab" };
    expect(planned({ imageName: "train" }, inCluster, own).destination).not.toHaveProperty("publishTag");
  });

  test("is refused a tag that looks like another environment's, even where the spec's rules let it in", () => {
    expect(destinationOf({ imageName: "train" }, inCluster, { imageTag: "ba9876543210" })).toMatchObject({
      kind: "refused",
      message: expect.stringContaining("looks like that of an environment"),
      fix: expect.stringContaining("not 12 hex digits"),
    });
  });

  test("that is shared goes to the registry that the job names, by https", () => {
    const build = { imageName: "train", publishToRegistry: true, registry: "quay.io", registryNamespace: "org" };
    const configuration = { registry: { host: "registry.local:5000", insecure: true } };
    const { destination, warnings } = planned(build, configuration);
    expect(destination).toMatchObject({ repository: "quay.io/org/train", isInsecure: false });
    expect(warnings).toEqual([]);
  });

  test("that is shared without saying where goes to the operator's registry", () => {
    const { repository } = planned({ imageName: "train", publishToRegistry: true }).destination;
    expect(repository).toBe("registry.local:5000/team-a/train");
  });

  test("that is not shared stays, and says so where a registry was named", () => {
    const { destination, warnings } = planned({ imageName: "train", registry: "quay.io", registryNamespace: "org" });
    expect(destination.repository).toBe("registry.local:5000/team-a/train");
    expect(warnings).toEqual([
      expect.stringContaining("buildConfig.registry has no effect"),
      expect.stringContaining("buildConfig.registryNamespace has no effect"),
    ]);
  });

  test("in OpenShift's registry has no folders", () => {
    const answer = destinationOf({ imageName: "fraud/train" }, { openshift: true });
    expect(answer).toMatchObject({ kind: "refused", message: expect.stringContaining("project/name only") });
  });
});

test.each([
  ["https://quay.io", "is no host"],
  ["quay.io/org", "is no host"],
  ["quay io", "is no host"],
])("an operator's registry %j is refused", (host, words) => {
  expect(destinationOf({}, { registry: { host } })).toMatchObject({
    kind: "refused",
    message: expect.stringContaining(words),
  });
});

test("an operator's path with capital letters is refused", () => {
  const configuration = { registry: { host: "quay.io", namespace: "Org" } };
  expect(destinationOf({}, configuration)).toMatchObject({
    kind: "refused",
    message: expect.stringContaining("is no path"),
  });
});

describe("cached layers", () => {
  const shared = { registry: { host: "quay.io", namespace: "org" } };

  test("are kept apart by namespace where the registry's path is not the namespace's own", () => {
    expect(planned({}, shared).destination.cacheRepository).toBe("quay.io/org/nbv-cache-team-a");
    const elsewhere = { publishToRegistry: true, imageName: "prod", registryNamespace: "team-b" };
    expect(planned(elsewhere).destination.cacheRepository).toBe("registry.local:5000/team-b/nbv-cache-team-a");
  });

  test.each(["nbv-cache", "nbv-cache-team-b", "x/nbv-cache-team-b"])(
    "can't be replaced by an image named %s",
    (imageName) => {
      expect(destinationOf({ publishToRegistry: true, imageName }, shared)).toMatchObject({
        kind: "refused",
        message: expect.stringContaining("cached layers"),
      });
    },
  );
});
