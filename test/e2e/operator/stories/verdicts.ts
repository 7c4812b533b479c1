import { beforeAll, describe, expect, test } from "@jest/globals";
import { aJob, Bench, cells, condition } from "../bench.js";
import { JobWatch } from "../job-watch.js";
import type { World, WorldRepository } from "../world.js";

/** What a job says from its first to its last word. */
export function tellOfVerdicts(world: () => World): void {
  describe("the way of a job", () => {
    let bench: Bench;
    let repository: WorldRepository;
    let watch: JobWatch;
    const source = (path: string) => ({ git: { url: repository.urls.http, ref: "main" }, path });
    const podConfig = () => ({ containerImage: world().images.notebook });

    beforeAll(async () => {
      bench = await Bench.in(world(), "verdicts");
      repository = await world().git.repository({
        "notebooks/good.ipynb": cells(
          "import time\nfrom helper import answer",
          "time.sleep(2.5)\nprint(answer())",
          "time.sleep(2.5)\nassert open('data.txt').read() == '42'",
        ),
        "notebooks/data.txt": "42",
        "helper.py": "def answer() -> int:\n    return 42\n",
        "notebooks/bad.ipynb": cells("x = 1", "def divide(a, b):\n    return a / b", "divide(x, 0)", "print('never')"),
      });
      watch = await JobWatch.of(bench);
      await bench.apply(
        aJob("good", { notebook: source("notebooks/good.ipynb"), podConfig: podConfig() }),
        aJob("bad", { notebook: source("notebooks/bad.ipynb"), podConfig: podConfig() }),
      );
    });

    test("a notebook that works: commit, every cell, Succeeded", async () => {
      const { status } = await bench.end("good");
      expect(status).toMatchObject({
        phase: "Succeeded",
        verdict: "Passed",
        source: { commit: repository.commit, ref: "main" },
        cells: "3/3",
      });
      expect(status?.results?.map((cell) => [cell.cellIndex, cell.status, cell.output?.trim() ?? ""])).toEqual([
        [0, "Success", ""],
        [1, "Success", "42"],
        [2, "Success", ""],
      ]);
      expect(status?.attempts).toMatchObject([{ number: 1, outcome: "Passed", image: world().images.notebook }]);
      expect(status?.retryCount ?? 0).toBe(0);
    });

    test("its progress is seen while it runs, and never goes back", async () => {
      await bench.end("good");
      const seen = await watch.statuses("good", ({ phase }) => phase === "Succeeded");
      const running = seen.filter(({ phase }) => phase === "ValidationRunning");
      expect(running.some(({ results }) => results?.some(({ status }) => status === "Running"))).toBe(true);
      const done = seen.map(({ cells: text }) => Number(text?.split("/")[0] ?? 0));
      expect(done).toEqual([...done].sort((a, b) => a - b));
      expect(new Set(done).size).toBeGreaterThan(2);
      const phases = seen.map(({ phase }) => phase).filter((phase, index, all) => phase !== all[index - 1]);
      expect(phases.at(-1)).toBe("Succeeded");
      expect(new Set(phases).size).toBe(phases.length);
    });

    test("kstatus reads it right at every moment", async () => {
      const { status, metadata } = await bench.end("good");
      expect(status?.observedGeneration).toBe(metadata.generation);
      expect(
        ["Ready", "Reconciling", "Stalled", "Succeeded"].map((type) => condition(status, type).split(" ")[0]),
      ).toEqual(["True", "False", "False", "True"]);
      for (const early of await watch.statuses("good", ({ phase }) => phase === "Succeeded")) {
        if (early.phase === "Succeeded" || early.conditions === undefined) continue;
        expect([early.phase, condition(early, "Ready").split(" ")[0]]).toEqual([early.phase, "False"]);
      }
      const waited = await bench.kubectl(["wait", "--for=condition=Ready", "nvj/good", "--timeout=10s"]);
      expect(waited).toMatchObject({ code: 0 });
    });

    test("kubectl get shows it in columns", async () => {
      await bench.end("good");
      const { stdout } = await bench.kubectl(["get", "nvj", "good"]);
      const [header = "", row = ""] = stdout.split("\n");
      expect(header.split(/\s{2,}/).slice(0, 6)).toEqual(["NAME", "PHASE", "VERDICT", "NOTEBOOK", "CELLS", "RETRIES"]);
      expect(row.split(/\s{2,}/).slice(0, 5)).toEqual(["good", "Succeeded", "Passed", "notebooks/good.ipynb", "3/3"]);
    });

    test("its pod is restricted and its story is told by one event", async () => {
      await bench.end("good");
      const pod = (await bench.pods()).find(({ metadata }) => metadata.name.startsWith("good-"));
      expect(pod?.spec).toMatchObject({ automountServiceAccountToken: false, restartPolicy: "Never" });
      for (const container of [...(pod?.spec?.initContainers ?? []), ...(pod?.spec?.containers ?? [])]) {
        expect(container.securityContext).toMatchObject({
          allowPrivilegeEscalation: false,
          capabilities: { drop: ["ALL"] },
        });
      }
      const told = await bench.eventsOf("good", "Succeeded");
      expect(told.map(({ type, reason }) => `${type} ${reason}`)).toEqual(["Normal Succeeded"]);
    });

    test("a notebook that fails: the cell, the error, the traceback, whose fault", async () => {
      const { status } = await bench.end("bad");
      expect(status).toMatchObject({
        phase: "Failed",
        verdict: "Failed",
        reason: "NotebookError",
        fault: "user",
        lastErrorType: "permanent",
      });
      expect(status?.message).toMatch(/cell.*2.*ZeroDivisionError/i);
      expect(status?.results?.[2]).toMatchObject({
        cellIndex: 2,
        status: "Failure",
        errorName: "ZeroDivisionError",
        errorMessage: "division by zero",
      });
      expect(status?.results?.[2]?.traceback).toContain("return a / b");
      expect(
        status?.results?.filter(({ status: cell }) => cell === "Success").map(({ cellIndex }) => cellIndex),
      ).toEqual([0, 1]);
      expect(["Ready", "Reconciling", "Stalled"].map((type) => condition(status, type).split(" ")[0])).toEqual([
        "False",
        "False",
        "True",
      ]);
      expect((await bench.eventsOf("bad", "NotebookError")).map(({ type }) => type)).toEqual(["Warning"]);
    });

    test("a job that nobody could run is refused by the contract or says what is wrong", async () => {
      const nonsense = aJob("nonsense", { notebook: source("notebooks/good.txt"), podConfig: podConfig() });
      await expect(bench.apply(nonsense)).rejects.toThrow(/ipynb/);
      await bench.apply(
        aJob("odd", {
          notebook: source("notebooks/nowhere.ipynb"),
          podConfig: podConfig(),
          retryPolicy: { enabled: false },
        }),
      );
      expect((await bench.end("odd")).status).toMatchObject({
        phase: "Failed",
        reason: "NotebookNotFound",
        fault: "user",
      });
    });
  });
}
