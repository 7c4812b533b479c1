import { describe, expect, test } from "@jest/globals";
import { pino } from "pino";
import { type OperatorConfigInput, parseOperatorConfig } from "../../../src/api/index.js";
import type { BuildPlan } from "../../../src/build/index.js";
import { KubeError, ManualClock, objectOf, SECRETS, seededRandom } from "../../../src/kube/index.js";
import { MemoryCluster } from "../../../src/kube/memory/index.js";
import { DerivedGitCredentials } from "../../../src/operator/builds/derived-git-credentials.js";

async function aWorld(config: OperatorConfigInput = {}, failing?: KubeError) {
  const clock = new ManualClock();
  const calls: string[] = [];
  const cluster = new MemoryCluster({
    clock,
    random: seededRandom(1),
    autoCreateNamespaces: true,
    intercept: async ({ verb }, proceed) => {
      calls.push(verb);
      if (verb === "create" && failing !== undefined && calls.length > 1) throw failing;
      return await proceed();
    },
  });
  const draft: object = { metadata: { name: "git", namespace: "fraud" }, data: { password: "eA==" } };
  await cluster.create(SECRETS, objectOf(SECRETS, draft));
  const logger = pino({ level: "silent" });
  const given = { cluster, clock, random: seededRandom(2), logger, config: parseOperatorConfig(config) };
  const settle = async () => {
    for (let turn = 0; turn < 10; turn++) await clock.settle();
  };
  return { cluster, calls, settle, credentials: new DerivedGitCredentials(given) };
}

const plan = (strategyConfig: Record<string, string>, credentialsSecret?: string) =>
  ({
    namespace: "fraud",
    source: {
      url: "https://git.example.org/a/b.git",
      ...(credentialsSecret === undefined ? {} : { credentialsSecret }),
    },
    strategyConfig,
  }) as BuildPlan;
const ASKED = { gitCredentials: "annotated-secret" };
const DERIVED = { namespace: "fraud", name: "git-tekton" };

describe("a build's Git Secret", () => {
  test("is there before the build, where its job asks for one", async () => {
    const { cluster, credentials } = await aWorld();
    expect(await credentials.prepare(plan(ASKED, "git"))).toBeUndefined();
    expect((await cluster.get(SECRETS, DERIVED)).type).toBe("kubernetes.io/basic-auth");
  });

  test("costs nothing where nobody asks, or where there are no credentials", async () => {
    const { calls, credentials } = await aWorld();
    calls.length = 0;
    await credentials.prepare(plan({}, "git"));
    await credentials.prepare(plan(ASKED));
    expect(calls).toEqual([]);
  });

  test("that can't be made keeps the build from starting, and says why", async () => {
    const { credentials } = await aWorld({}, new KubeError({ reason: "Forbidden", message: "no" }));
    expect(await credentials.prepare(plan(ASKED, "git"))).toMatchObject({
      kind: "refused",
      failure: { reason: "ApiForbidden" },
    });
    expect(await credentials.prepare(plan(ASKED, "absent"))).toMatchObject({ failure: { reason: "SecretMissing" } });
  });

  test("is tried again where the API server only stumbled", async () => {
    const { credentials } = await aWorld({}, new KubeError({ reason: "InternalError", message: "later" }));
    await expect(credentials.prepare(plan(ASKED, "git"))).rejects.toMatchObject({ reason: "ServiceUnavailable" });
  });

  test.each([
    [
      "only where Secrets may be watched and written",
      { secretWatchNamespaces: ["fraud"], derivedSecretNamespaces: ["fraud"] },
      true,
    ],
    ["not where they may only be watched", { secretWatchNamespaces: ["fraud"] }, false],
    ["not where they may only be written", { derivedSecretNamespaces: ["fraud"] }, false],
  ])("is watched: %s", async (_, access, isWatched) => {
    const { calls, settle, credentials } = await aWorld({ access });
    credentials.start();
    await settle();
    expect(calls.includes("watch")).toBe(isWatched);
    await credentials.stop();
  });
});
