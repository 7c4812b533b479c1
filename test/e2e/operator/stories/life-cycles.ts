import { readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "@jest/globals";
import { parseAllDocuments } from "yaml";
import type { Pod } from "../../../../src/kube/index.js";
import { aJob, aSecret, Bench, cells, condition } from "../bench.js";
import { eventually } from "../eventually.js";
import type { World, WorldRepository } from "../world.js";

const SAMPLES = join(import.meta.dirname, "../../../fixtures/manifests/go-operator");
const isRunning = ({ status }: Pod) => status?.phase === "Running";

/** What people do to jobs while they run, and after. */
export function tellOfLifeCycles(world: () => World): void {
  describe("in the life of a job", () => {
    let bench: Bench;
    let repository: WorldRepository;
    const spec = (path: string, more: object = {}) => ({
      notebook: { git: { url: repository.urls.http, ref: "main" }, path },
      podConfig: { containerImage: world().images.notebook },
      retryPolicy: { enabled: false },
      ...more,
    });
    const podsOf = async (name: string, within = bench) =>
      (await within.pods()).filter(({ metadata }) => metadata.ownerReferences?.some((owner) => owner.name === name));
    const untilRunning = async (name: string, within = bench) => {
      const pod = await eventually(`a running pod of ${name}`, 30_000, async () =>
        (await podsOf(name, within)).find(isRunning),
      );
      // The runner has begun: what ends the pod now ends a notebook.
      await within.until(name, "a first cell", ({ results }) => (results?.length ?? 0) > 0);
      return pod;
    };
    const untilGone = (name: string, within = bench) =>
      eventually(`the pods of ${name} to be gone`, 20_000, async () =>
        (await podsOf(name, within)).length === 0 ? true : undefined,
      );

    beforeAll(async () => {
      bench = await Bench.in(world(), "lives");
      repository = await world().git.repository({
        "short.ipynb": cells("1 + 1"),
        "other.ipynb": cells("2 + 2"),
        "long.ipynb": cells("'begun'", "import time\ntime.sleep(300)"),
        "once.ipynb": cells(
          "'begun'",
          "import time\nbegun = time.monotonic()\ntime.sleep(4)\nassert time.monotonic() > begun",
        ),
      });
    });

    test("a change of its spec while it runs begins a new run; the old pod goes", async () => {
      await bench.apply(aJob("changed", spec("long.ipynb")));
      const old = await untilRunning("changed");
      const { runId } = (await bench.job("changed")).status ?? {};
      await bench.apply(aJob("changed", spec("short.ipynb")));
      const { status, metadata } = await bench.end("changed");
      expect(status).toMatchObject({ phase: "Succeeded", observedGeneration: metadata.generation });
      expect(status?.runId).not.toBe(runId);
      await eventually("the old pod to be gone", 10_000, async () =>
        (await podsOf("changed")).every(({ metadata: { uid } }) => uid !== old.metadata.uid) ? true : undefined,
      );
    });

    test("a change after its end runs it again; a change of nothing that matters does not", async () => {
      await bench.apply(aJob("again", spec("short.ipynb")));
      const first = await bench.end("again");
      await bench.apply(aJob("again", spec("short.ipynb", { ttlSecondsAfterFinished: 3600 })));
      const same = await bench.end("again");
      expect(same.status?.runId).toBe(first.status?.runId);
      await bench.apply(aJob("again", spec("other.ipynb", { ttlSecondsAfterFinished: 3600 })));
      const next = await bench.end("again");
      expect(next.status?.runId).not.toBe(first.status?.runId);
      expect(next.status).toMatchObject({ phase: "Succeeded" });
    });

    test("a new commit is not run by itself; the commit of a run is fixed", async () => {
      const { commit } = (await bench.end("again")).status?.source ?? {};
      const newer = await repository.change({ "short.ipynb": cells("3 + 3") });
      expect((await bench.job("again")).status?.source?.commit).toBe(commit);
      expect(newer).not.toBe(commit);
    });

    test("suspended, its pod goes and nothing runs; resumed, it comes to its end", async () => {
      await bench.apply(aJob("held", spec("once.ipynb")));
      await untilRunning("held");
      await bench.apply(aJob("held", spec("once.ipynb", { suspend: true })));
      const held = await bench.until("held", "its suspension", (status) =>
        condition(status, "Suspended").startsWith("True"),
      );
      expect(held.status?.phase).toBe("Pending");
      await untilGone("held");
      await bench.apply(aJob("held", spec("once.ipynb")));
      expect((await bench.end("held")).status).toMatchObject({ phase: "Succeeded", retryCount: 0 });
    });

    test("deleted while it runs, it leaves nothing", async () => {
      await bench.apply(aJob("dropped", spec("long.ipynb")));
      await untilRunning("dropped");
      const deleted = await bench.kubectl(["delete", "nvj", "dropped", "--timeout=20s"]);
      expect(deleted).toMatchObject({ code: 0 });
      await untilGone("dropped");
      const { stdout } = await bench.kubectl(["get", "secrets,configmaps,nvj", "-o", "name"]);
      expect(stdout).not.toContain("dropped");
    });

    test("its time to live over, it goes by itself", async () => {
      await bench.apply(aJob("mortal", spec("short.ipynb", { ttlSecondsAfterFinished: 1 })));
      await eventually("the job to be gone", 40_000, async () => {
        const found = await bench.kubectl(["get", "nvj", "mortal", "--ignore-not-found", "-o", "name"]);
        return found.code === 0 && found.stdout === "" ? true : undefined;
      });
      await untilGone("mortal");
    });

    test("its namespace deleted while it runs, all goes and the operator stays well", async () => {
      const doomed = await Bench.in(world(), "doomed");
      await doomed.apply(aJob("doomed", spec("long.ipynb")));
      await untilRunning("doomed", doomed);
      const gone = await world().kubectl(["delete", "namespace", doomed.namespace, "--timeout=40s"]);
      expect(gone).toMatchObject({ code: 0 });
      await bench.apply(aJob("after", spec("short.ipynb")));
      expect((await bench.end("after")).status?.phase).toBe("Succeeded");
    });

    test("its pod deleted by somebody, it tries again and tells so", async () => {
      await bench.apply(aJob("robbed", spec("once.ipynb", { retryPolicy: { maxRetries: 2 } })));
      const pod = await untilRunning("robbed");
      await bench.kubectl(["delete", "pod", pod.metadata.name, "--grace-period=0", "--force"]);
      const { status } = await bench.end("robbed");
      expect(status).toMatchObject({ phase: "Succeeded", retryCount: 1 });
      expect(status?.attempts?.map(({ number, outcome, reason }) => [number, outcome, reason ?? ""])).toEqual([
        [2, "Passed", expect.any(String)],
        [1, "Error", "PodDeleted"],
      ]);
      const told = await bench.eventsOf("robbed", "Succeeded");
      expect(told.map(({ reason }) => reason)).toEqual(["PodDeleted", "Succeeded"]);
    });

    test("a person's retry of a failed one is one more attempt", async () => {
      const flaky = await world().git.repository({
        "nb.ipynb": cells("import os\nassert os.environ['OPEN'] == 'yes'"),
      });
      const env = [{ name: "OPEN", valueFrom: { configMapKeyRef: { name: "door", key: "open" } } }];
      const door = (open: string) => ({
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: { name: "door" },
        data: { open },
      });
      await bench.apply(
        door("no"),
        aJob("retried", {
          ...spec("nb.ipynb"),
          notebook: { git: { url: flaky.urls.http, ref: "main" }, path: "nb.ipynb" },
          podConfig: { containerImage: world().images.notebook, env },
        }),
      );
      expect((await bench.end("retried")).status).toMatchObject({ phase: "Failed", reason: "NotebookError" });
      await bench.apply(door("yes"));
      const now = new Date().toISOString();
      await bench.kubectl(["annotate", "nvj", "retried", `mlops.dev/retry-requested=${now}`]);
      await bench.until("retried", "its success", ({ phase }) => phase === "Succeeded");
      expect((await bench.job("retried")).status?.attempts).toHaveLength(2);
    });

    test("a hostile repository is refused or harmless, and says so", async () => {
      const hostile = await world().git.repository({
        "nb.ipynb": cells("import os\nassert not os.path.lexists('passwd'), 'the link came along'"),
        "linked.ipynb": cells("1"),
      });
      symlinkSync("/etc/passwd", join(hostile.directory, "passwd"));
      hostile.git("rm", "-q", "linked.ipynb");
      symlinkSync("/etc/passwd", join(hostile.directory, "linked.ipynb"));
      hostile.git("add", "-A");
      hostile.git("commit", "-q", "-m", "hostile");
      const job = (name: string, path: string) =>
        aJob(name, {
          ...spec(path),
          notebook: { git: { url: hostile.urls.http, ref: "main" }, path },
        });
      await bench.apply(job("beside-a-link", "nb.ipynb"), job("behind-a-link", "linked.ipynb"));
      expect((await bench.end("beside-a-link")).status).toMatchObject({ phase: "Succeeded" });
      const refused = (await bench.end("behind-a-link")).status;
      expect(refused).toMatchObject({ phase: "Failed", fault: "user" });
      expect(refused?.message).not.toContain("root:x");
    });

    test("a sample of the Go operator's runs unchanged but for image and repository", async () => {
      const [sample] = parseAllDocuments(readFileSync(join(SAMPLES, "environment.yaml"), "utf8"));
      const document = sample?.toJS() as {
        spec: { notebook: { git: { url: string } }; podConfig: { containerImage: string } };
      };
      const served = await world().git.repository({
        "notebooks/train.ipynb": cells(
          "import os\nassert os.environ['MODE'] == 'validation'\nassert os.environ['S3_KEY'] == 'abc'",
          "assert os.environ['user'] == 'ada'\nassert os.environ['region'] == 'eu'",
        ),
      });
      document.spec.notebook.git.url = served.urls.http;
      document.spec.podConfig.containerImage = world().images.notebook;
      await bench.apply(
        aSecret("s3", { "access-key": "abc" }),
        aSecret("database", { user: "ada" }),
        aSecret("aws-credentials", { AWS_ACCESS_KEY_ID: "id" }),
        { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "settings" }, data: { region: "eu" } },
        document,
      );
      const { status } = await bench.end("train-model");
      expect(status).toMatchObject({ phase: "Succeeded", cells: "2/2" });
    });
  });
}
