import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { API_VERSION, crd, KIND, NotebookValidationJobSpec, parseJob, parseSpec } from "../../src/api/index.js";
import {
  CUSTOM_RESOURCE_DEFINITIONS,
  KubeError,
  NOTEBOOK_VALIDATION_JOBS,
  type NotebookValidationJobObject,
} from "../../src/kube/index.js";
import { LiveCluster, loadKubeConfig } from "../../src/kube/live/index.js";
import { type ControlPlane, findControlPlane, NO_CONTROL_PLANE, startControlPlane } from "../cluster/control-plane.js";
import { valueOf } from "./contract-arbitrary.js";
import { manifests } from "./manifests.js";

const START_MS = 90_000;
const MANY_MS = 120_000;
/** What the API server can't see: fields that are untyped in the CRD. */
const UNSEEN = /\.(minValue|maxValue)$/;

if (findControlPlane() === undefined && process.env["CI"] !== "true") {
  process.stderr.write(`skipped: the CRD on a real API server (${NO_CONTROL_PLANE})\n`);
  describe.skip("the CRD on a real API server", () => {
    test("is not here", () => expect(findControlPlane()).toBeDefined());
  });
} else {
  describe("the CRD on a real API server", () => {
    let controlPlane: ControlPlane;
    let cluster: LiveCluster;

    beforeAll(async () => {
      controlPlane = await startControlPlane();
      cluster = new LiveCluster(loadKubeConfig({ path: controlPlane.kubeconfig }));
      await cluster.create(CUSTOM_RESOURCE_DEFINITIONS, crd());
      await untilEstablished(cluster);
    }, START_MS);

    afterAll(async () => {
      await cluster?.close();
      await controlPlane?.stop();
    }, START_MS);

    /** The object as stored, or what the server has against it. */
    async function judge(
      object: unknown,
    ): Promise<{ accepted: true; stored: Stored } | { accepted: false; why: string }> {
      try {
        const stored = await cluster.create(NOTEBOOK_VALIDATION_JOBS, object as NotebookValidationJobObject, {
          dryRun: true,
        });
        return { accepted: true, stored: stored as unknown as Stored };
      } catch (error) {
        if (error instanceof KubeError && error.code === 422) return { accepted: false, why: error.message };
        throw error;
      }
    }

    test("is established, schema and rule costs accepted", async () => {
      const stored = (await cluster.get(CUSTOM_RESOURCE_DEFINITIONS, { name: crd().metadata.name })) as unknown as {
        status: { conditions: { type: string; status: string }[] };
      };
      const conditions = Object.fromEntries(stored.status.conditions.map(({ type, status }) => [type, status]));
      expect(conditions).toMatchObject({ Established: "True", NamesAccepted: "True" });
      expect(conditions).not.toHaveProperty("NonStructuralSchema");
    });

    const fixtures = [
      ...manifests("go-operator"),
      ...manifests("seeds").filter(([name]) => !name.includes("without-git")),
    ];
    test.each(fixtures)("admits %s unchanged, apart from our defaults", async (_name, objects) => {
      for (const object of objects) {
        const answer = await judge(inDefaultNamespace(object));
        expect(answer).toMatchObject({ accepted: true });
        if (answer.accepted) expect(answer.stored.spec).toMatchObject(object["spec"] as object);
      }
    });

    test("fills in the same defaults as we do", async () => {
      const bare = aJob({
        notebook: { git: { url: "https://git.example.com/a.git", ref: "main" }, path: "a.ipynb" },
        podConfig: { buildConfig: {} },
        modelValidation: { predictionValidation: {} },
        artifacts: {},
        comparisonConfig: null,
        validationConfig: { expectedOutputs: [{ cell: 1, equals: null, minValue: null }] },
      });
      const answer = await judge(bare);
      const ours = parseJob(bare);
      expect(answer.accepted && answer.stored.spec).toEqual(ours.ok && ours.job.spec);
    });

    test(
      "accepts every spec that we find valid, and stores what we read",
      async () => {
        await fc.assert(
          fc.asyncProperty(valueOf(NotebookValidationJobSpec, "valid"), async (spec) => {
            const ours = parseSpec(spec);
            const answer = await judge(aJob(spec));
            expect(answer).toMatchObject({ accepted: true });
            expect(answer.accepted && answer.stored.spec).toEqual(ours.ok && ours.spec);
          }),
          { numRuns: 100, seed: 20261121 },
        );
      },
      MANY_MS,
    );

    test(
      "judges generated specs as we do",
      async () => {
        const seen = { accepted: 0, refused: 0 };
        await fc.assert(
          fc.asyncProperty(valueOf(NotebookValidationJobSpec, "structural"), async (spec) => {
            const ours = parseSpec(spec);
            const answer = await judge(aJob(spec));
            seen[answer.accepted ? "accepted" : "refused"]++;
            const visible = ours.ok ? [] : ours.problems.filter(({ field }) => !UNSEEN.test(field));
            expect({ accepted: answer.accepted, why: answer.accepted ? "" : answer.why, problems: [] }).toEqual({
              accepted: visible.length === 0,
              why: visible.length === 0 ? "" : expect.anything(),
              problems: [],
            });
          }),
          { numRuns: 200, seed: 20261121 },
        );
        expect(seen.refused).toBeGreaterThan(10);
      },
      MANY_MS,
    );

    test("names the field that breaks a rule", async () => {
      const answer = await judge(
        aJob({
          notebook: { git: { url: "https://git.example.com/a.git", ref: "main" }, path: "a.ipynb" },
          podConfig: { buildConfig: { enabled: true, dockerfile: "a", dockerfilePath: "b", imageTag: "v1" } },
        }),
      );
      expect(answer).toMatchObject({ accepted: false });
      const why = answer.accepted ? "" : answer.why;
      expect(why).toContain("spec.podConfig.buildConfig.dockerfile");
      expect(why).toContain("is an alias of dockerfilePath");
      expect(why).toContain("is v1, which needs imageName beside it");
    });
  });
}

interface Stored {
  spec: unknown;
}

function aJob(spec: unknown): unknown {
  return { apiVersion: API_VERSION, kind: KIND, metadata: { name: "generated", namespace: "default" }, spec };
}

function inDefaultNamespace(object: Record<string, unknown>): unknown {
  const { name } = object["metadata"] as { name: string };
  return { ...object, metadata: { name, namespace: "default" } };
}

async function untilEstablished(cluster: LiveCluster): Promise<void> {
  const until = Date.now() + 20_000;
  for (;;) {
    try {
      await cluster.list(NOTEBOOK_VALIDATION_JOBS);
      return;
    } catch (error) {
      if (Date.now() > until) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}
