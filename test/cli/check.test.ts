import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { parse } from "yaml";
import { fixturePath } from "../api/manifests.js";
import { creation } from "../operator/admission/requests.js";
import { bundledNbv, type Nbv } from "./nbv.js";

let nbv: Nbv;
beforeAll(() => {
  nbv = bundledNbv();
}, 60_000);
afterAll(() => nbv.remove());

const good = fixturePath("seeds/production-image.yaml");
const job = (spec: string) =>
  `apiVersion: mlops.mlops.dev/v1alpha1\nkind: NotebookValidationJob\nmetadata: {name: a}\nspec:\n${spec}`;

describe("nbv check answers yes", () => {
  test("for every manifest of the Go operator and of the seeds", () => {
    const files = [
      "go-operator/build.yaml",
      "go-operator/models.yaml",
      "go-operator/comparison-and-checks.yaml",
      "seeds/retry-policy.yaml",
      "seeds/build-fragments.yaml",
    ];
    const { status, stdout, stderr } = nbv.run(["check", ...files.map(fixturePath)]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout).toContain("8 jobs: 8 valid, 0 invalid");
  });

  test("with warnings about what is unwise, at their places", () => {
    const { status, stdout } = nbv.run(["check", fixturePath("go-operator/comparison-and-checks.yaml")]);
    expect(status).toBe(0);
    expect(stdout).toMatch(
      /comparison-and-checks\.yaml:42:3: warning: spec\.timeout: is a deprecated alias: write validationTimeout/,
    );
  });

  test("with warnings about switches that leave nothing to check", () => {
    const input = job(
      "  notebook: {git: {url: https://h/a.git, ref: main}, path: a.ipynb}\n" +
        "  validationConfig:\n    level: production\n    checkOutputTypes: true\n",
    );
    const { status, stdout } = nbv.run(["check", "-"], { input });
    expect(status).toBe(0);
    expect(stdout.split("\n")).toEqual([
      expect.stringMatching(/^<stdin>:8:5: warning: spec\.validationConfig\.checkOutputTypes: has nothing to check/),
      "<stdin>:1: NotebookValidationJob a: valid",
      "",
    ]);
  });

  test("with the webhook's own warnings: what will fail, what has no effect in this version, what is unwise", () => {
    const input = job(
      `  notebook: {git: {url: https://h/a.git, ref: ${"a".repeat(40)}, follow: true}, path: a.ipynb}\n` +
        "  podConfig:\n" +
        "    securityContext: {runAsUser: 0}\n" +
        "  modelValidation: {targetModels: [fraud]}\n" +
        "  onSuccess: [{apiVersion: apps/v1, kind: Deployment, name: model, action: restart}]\n",
    );
    const { status, stdout } = nbv.run(["check", "-"], { input });
    expect(status).toBe(0);
    const lines = stdout.trimEnd().split("\n");
    const said = lines.slice(0, -1).map((line) => line.replace(/^<stdin>:\d+:\d+: warning: /, ""));
    expect(said).toEqual([
      "spec.notebook.git.follow: a commit never moves: follow a branch",
      "spec.podConfig.securityContext.runAsUser: root can read the runner's key: a verdict is not tamper-proof",
      expect.stringMatching(/^spec\.modelValidation: .*: the job will fail\. /),
      expect.stringMatching(/^spec\.onSuccess: has no effect in this version: /),
    ]);
    expect(lines.map((line) => /^<stdin>:(\d+):\d+: warning/.exec(line)?.[1])).toEqual([
      ...["5", "7", "8", "9"],
      undefined,
    ]);
    expect(lines.at(-1)).toBe("<stdin>:1: NotebookValidationJob a: valid");
    const object = parse(input) as object;
    expect([...creation(object).warnings].sort()).toEqual([...said].sort());
  });

  test("without a word about defaults that the Go operator's CRD filled in", () => {
    const left = `${job(
      "  notebook: {git: {url: https://h/a.git, ref: main}, path: a.ipynb}\n  timeout: 30m\n" +
        "  podConfig: {containerImage: 'r.example.com/nb:1', buildConfig: {enabled: false, baseImage: 'quay.io/jupyter/minimal-notebook:latest'}}\n",
    )}status: {phase: Succeeded}\n`;
    expect(nbv.run(["check", "-"], { input: left })).toMatchObject({
      status: 0,
      stdout: "<stdin>:1: NotebookValidationJob a: valid\n",
    });
  });

  test("for keys in quotes, and for those that Kubernetes reads as they are written", () => {
    const input = job(
      "  notebook: {git: {url: https://h/a.git, ref: main}, path: a.ipynb}\n  podConfig: {annotations: {\"n\": a, 'on': b, true: c, 1: d}}\n",
    );
    expect(nbv.run(["check", "-"], { input })).toMatchObject({ status: 0, stderr: "" });
  });

  test("for a job on stdin, and for JSON", () => {
    const spec = { notebook: { git: { url: "https://git.example.com/a.git", ref: "main" }, path: "a.ipynb" } };
    const input = JSON.stringify(
      { apiVersion: "mlops.mlops.dev/v1alpha1", kind: "NotebookValidationJob", metadata: { name: "a" }, spec },
      null,
      "\t",
    );
    expect(nbv.run(["check", "-"], { input })).toEqual({
      status: 0,
      stdout: "<stdin>:1: NotebookValidationJob a: valid\n",
      stderr: "",
    });
  });

  test("for the words that kubectl takes for true", () => {
    const input = job(
      "  notebook: {git: {url: https://h/a.git, ref: main, follow: yes}, path: a.ipynb}\n  suspend: on\n",
    );
    expect(nbv.run(["check", "-"], { input }).status).toBe(0);
  });

  test("for what only looks like a number, to kubectl as well", () => {
    const env = ["e1234567", "12e4567", "+e3", "."].map((value, index) => `{name: V${index}, value: ${value}}`);
    const input = job(
      `  notebook: {git: {url: https://h/a.git, ref: e1234567}, path: a.ipynb}\n  podConfig: {env: [${env.join(", ")}]}\n`,
    );
    expect(nbv.run(["check", "-"], { input })).toMatchObject({ status: 0, stderr: "" });
  });

  test("for a list, as kubectl get -o yaml prints it", () => {
    const spec = { notebook: { git: { url: "https://git.example.com/a.git", ref: "main" }, path: "a.ipynb" } };
    const item = {
      apiVersion: "mlops.mlops.dev/v1alpha1",
      kind: "NotebookValidationJob",
      metadata: { name: "a" },
      spec,
    };
    const list = (second: object) => JSON.stringify({ apiVersion: "v1", kind: "List", items: [item, second] });
    expect(nbv.run(["check", "-"], { input: list(item) }).stdout).toContain("2 jobs: 2 valid, 0 invalid");
    expect(nbv.run(["check", "-"], { input: list({ ...item, spec: {} }) })).toMatchObject({ status: 1 });
  });
});

describe("nbv check answers no", () => {
  test("and says where, why and what was meant", () => {
    const path = fixturePath("bad/strays.yaml");
    const { status, stdout } = nbv.run(["check", path]);
    expect(status).toBe(1);
    expect(stdout.replaceAll(path, "strays.yaml").trimEnd().split("\n")).toEqual([
      "strays.yaml:1: ConfigMap not-ours: skipped, not a NotebookValidationJob",
      "strays.yaml:18:7: error: spec.goldenNotebook.git.branch is not a field; did you mean ref?",
      "strays.yaml:20:3: error: spec.validation is not a field; did you mean validationConfig?",
      "strays.yaml:23:5: error: spec.podConfig.skipGitClone is not a field (the source is always fetched at one commit: remove it)",
      'strays.yaml:25:25: error: spec.podConfig.resources.limits.memory must be a quantity such as "500m", "2", "512Mi" or "2Gi"',
      "strays.yaml:28:9: error: spec.podConfig.env[0].valu is not a field; did you mean value?",
      'strays.yaml:30:17: error: spec.retryPolicy.maxRetries must be a number, is the string "three"',
      "strays.yaml:31:5: error: spec.retryPolicy.backoffLimit is not a field; did you mean maxRetries?",
      "strays.yaml:5: NotebookValidationJob strays: invalid",
    ]);
  });

  test("to hostile manifests, without repeating their secrets", () => {
    const { status, stdout } = nbv.run(["check", fixturePath("bad/hostile.yaml")]);
    expect(status).toBe(1);
    for (const field of [
      "git.url must not contain a password",
      "git.ref",
      "notebook.path",
      "volumes[0].name",
      "volumeMounts[0].mountPath",
      "customTimestampPatterns[0]",
    ]) {
      expect(stdout).toContain(field);
    }
    expect(stdout).not.toContain("hunter2");
  });

  test("to a sample without a repository, and says how to run it here", () => {
    const { status, stdout } = nbv.run(["check", fixturePath("seeds/strict-checks-without-git.yaml")]);
    expect(status).toBe(1);
    expect(stdout).toMatch(/:7:3: error: spec\.notebook\.git is required: .*nbv run JOB\.yaml --repo DIR/);
  });

  test("to a field behind an anchor, at the place where it is written", () => {
    const input = job(
      "  notebook: &n\n    git: {url: https://h/a.git, ref: 'a..b'}\n    path: a.ipynb\n  goldenNotebook: *n\n",
    );
    expect(nbv.run(["check", "-"], { input }).stdout.match(/<stdin>:6:38: error/g)).toHaveLength(2);
  });

  test("to a kind or a version that slipped", () => {
    const input = job("  notebook: {git: {url: https://h/a.git, ref: main}, path: a.ipynb}\n").replace(
      "NotebookValidationJob",
      "NotebookValidatonJob",
    );
    expect(nbv.run(["check", "-"], { input })).toMatchObject({
      status: 1,
      stdout: expect.stringContaining("<stdin>:2:7: error: kind must be NotebookValidationJob"),
    });
  });

  test("to mistakes of a value and between fields, in one round", () => {
    const input = job(
      "  notebook: {git: {url: https://h/a.git, ref: main}, path: a.ipynb}\n  validationTimeout: 15\n" +
        "  podConfig:\n    env:\n      - {name: A, value: 7}\n" +
        "    volumeMounts: [{name: data, mountPath: /data}]\n",
    );
    expect(nbv.run(["check", "-"], { input }).stdout.trimEnd().split("\n")).toEqual([
      "<stdin>:6:22: error: spec.validationTimeout must be a duration with a unit, such as 90s, 15m or 1h30m, is the number 15",
      "<stdin>:9:26: error: spec.podConfig.env[0].value must be a string, is the number 7: write it in quotes",
      "<stdin>:10:19: error: spec.podConfig.volumeMounts must name volumes of podConfig.volumes only: there is none named data",
      "<stdin>:1: NotebookValidationJob a: invalid",
    ]);
  });

  test("in JSON and YAML for machines", () => {
    const { status, stdout } = nbv.run(["check", "--output", "json", fixturePath("bad/strays.yaml"), good]);
    const report = JSON.parse(stdout) as { documents: { verdict: string; findings: object[] }[]; summary: object };
    expect(status).toBe(1);
    expect(report.summary).toEqual({ jobs: 2, valid: 1, invalid: 1, skipped: 1 });
    expect(report.documents.map(({ verdict }) => verdict)).toEqual(["skipped", "invalid", "valid"]);
    expect(report.documents[1]?.findings.at(-1)).toEqual({
      severity: "error",
      line: 31,
      column: 5,
      field: "spec.retryPolicy.backoffLimit",
      message: "is not a field; did you mean maxRetries?",
      suggestion: "maxRetries",
    });
    expect(nbv.run(["check", "-o", "yaml", good]).stdout).toContain("verdict: valid");
  });

  test("text that would take over the terminal: it is shown, not obeyed", () => {
    const input = job(
      '  notebook: {git: {url: https://h/a.git, ref: main}, path: a.ipynb}\n  retryPolicy: {strategy: "x\\e[2J\\nfake: valid"}\n',
    );
    const { stdout } = nbv.run(["check", "-"], { input });
    expect(stdout).toContain("[2J");
    expect(stdout).not.toContain("\x1b");
    expect(stdout).not.toMatch(/^fake/m);
  });
});
