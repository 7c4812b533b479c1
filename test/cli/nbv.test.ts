import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { parse } from "yaml";
import { crd } from "../../src/api/index.js";
import { bundledNbv, type Nbv } from "./nbv.js";

let nbv: Nbv;
beforeAll(() => {
  nbv = bundledNbv();
}, 60_000);
afterAll(() => nbv.remove());

describe("nbv", () => {
  test("knows its version", () => {
    const { version } = JSON.parse(readFileSync(join(process.cwd(), "package.json"), "utf8")) as { version: string };
    expect(nbv.run(["--version"])).toEqual({ status: 0, stdout: `${version}\n`, stderr: "" });
  });

  test("lists its commands when asked, and when told nothing", () => {
    expect(nbv.run(["--help"])).toMatchObject({ status: 0, stdout: expect.stringContaining("check") });
    expect(nbv.run([])).toMatchObject({ status: 2, stdout: "", stderr: expect.stringContaining("check") });
  });

  test.each([
    [["chek"], /unknown command 'chek'[\s\S]*Did you mean check\?/],
    [["check"], /missing required argument 'file'/],
    [["check", "--outputt", "json", "x"], /unknown option '--outputt'[\s\S]*Did you mean --output\?/],
    [["check", "--output", "xml", "x"], /Allowed: text, json, yaml/],
    [["run", "--timeout", "nonsense", "x"], /Not a duration; examples: 90s, 15m, 1h30m/],
    [["status", "x", "--watch", "--timeout", "nonsense"], /Not a duration; examples: 90s, 15m, 1h30m/],
    [["status", "x", "--timeout", "5m"], /--timeout limits how long --watch follows a job\n {2}fix: add --watch/],
  ])("%j is a mistake in usage: exit code 2", (args, says) => {
    const { status, stderr } = nbv.run(args);
    expect(status).toBe(2);
    expect(stderr).toMatch(says);
  });

  test("is content when its reader has seen enough", () => {
    const script = `"${process.execPath}" "${nbv.file}" crd | head -n 1; echo "\${PIPESTATUS[0]}"`;
    const out = execFileSync("bash", ["-c", script], { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
    expect(out).toBe("apiVersion: apiextensions.k8s.io/v1\n0\n");
  });
});

describe("nbv crd", () => {
  test("prints the CRD as YAML and as JSON", () => {
    expect(parse(nbv.run(["crd"]).stdout)).toEqual(crd());
    expect(JSON.parse(nbv.run(["crd", "-o", "json"]).stdout)).toEqual(crd());
  });
});

describe("nbv explain", () => {
  test("documents a field: type, default, allowed values, rules, fields below", () => {
    const { status, stdout } = nbv.run(["explain", "spec.podConfig.buildConfig"]);
    expect(status).toBe(0);
    expect(stdout).toContain("FIELD:   spec.podConfig.buildConfig <object>");
    expect(stdout).toContain("dockerfile is an alias of dockerfilePath: set only one of them");
    expect(stdout).toContain("  enabled <boolean> (default: false)");
    expect(nbv.run(["explain", "validationConfig.level"]).stdout).toContain(
      "ALLOWED: learning, development, staging, production",
    );
  });

  test("shows everything below as a tree", () => {
    const { stdout } = nbv.run(["explain", "--recursive", "spec.podConfig.affinity"]);
    expect(stdout).toContain(
      "      nodeSelectorTerms <list of objects> required\n        matchExpressions <list of objects>\n          key <string> required",
    );
  });

  test("tells in the tree what may stand there, and what counts where nothing does", () => {
    const { stdout } = nbv.run(["explain", "--recursive", "spec.retryPolicy"]);
    expect(stdout).toContain("  backoffPolicy <string> (one of exponential, linear, fixed; default: exponential)\n");
  });

  test("starts at the top", () =>
    expect(nbv.run(["explain"]).stdout).toMatch(/FIELDS:[\s\S]*spec <object> required[\s\S]*status <object>/));

  test("speaks JSON", () => {
    expect(JSON.parse(nbv.run(["explain", "spec.timeout", "-o", "json"]).stdout)).toMatchObject({
      path: "spec.timeout",
      type: "duration",
      required: false,
    });
  });

  test("suggests the field that was meant", () => {
    expect(nbv.run(["explain", "spec.retryPolicy.maxRetry"])).toMatchObject({
      status: 2,
      stdout: "",
      stderr: expect.stringContaining(
        "spec.retryPolicy has no field maxRetry; did you mean spec.retryPolicy.maxRetries?",
      ),
    });
  });
});
