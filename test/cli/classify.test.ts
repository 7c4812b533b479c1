import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { parse } from "yaml";
import { bundledNbv, type Nbv } from "./nbv.js";

const FIXTURES = "test/fixtures/failures";

let nbv: Nbv;
beforeAll(() => {
  nbv = bundledNbv();
});
afterAll(() => nbv.remove());

describe("nbv classify", () => {
  test("tells people the class, whether it is retried, what is done and what to do", () => {
    const { status, stdout, stderr } = nbv.run(["classify", `${FIXTURES}/pods/image-rate-limited.yaml`]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    const [title, ...facts] = stdout.trimEnd().split("\n");
    expect(title).toBe("Pod team-a/image-rate-limited-val-3f9a1c2b-1, container notebook: RegistryUnavailable");
    const told = Object.fromEntries(facts.map((line) => line.trim().split(/:\s+(.*)/s)));
    expect(told).toMatchObject({
      class: "transient, the platform's fault, stage start",
      retryable: "yes",
      action: "retry, then wait-for-resolution",
      message: expect.stringContaining("toomanyrequests"),
      "what to do": expect.stringContaining("imagePullSecret"),
      "read on": "docs/troubleshooting.md#registryunavailable",
    });
  });

  test("says on what an action depends, and does not promise that the permanent passes", () => {
    expect(nbv.run(["classify", `${FIXTURES}/pods/out-of-memory.yaml`]).stdout).toContain(
      "increase-memory (if the job sets retryPolicy.memoryBump and a memory limit)",
    );
    const { stdout } = nbv.run(["classify", `${FIXTURES}/events/image-unauthorized.json`]);
    expect(stdout).toContain("class:       permanent");
    expect(stdout).toContain("not yet: for a while the operator waits for somebody to mend it");
    expect(stdout).toContain("fallback-to-prebuilt (if an image was built for the job, below level staging)");
  });

  test("tells programs the same, as JSON and as YAML", () => {
    const file = `${FIXTURES}/pods/secret-key-missing.yaml`;
    const json = nbv.run(["classify", file, "--output", "json"]);
    const value = JSON.parse(json.stdout) as object;
    expect(value).toEqual({
      subject: { kind: "Pod", namespace: "team-a", name: "secret-key-missing-val-3f9a1c2b-1" },
      failed: true,
      reason: "SecretMissing",
      errorType: "transient",
      retryable: true,
      action: "wait-for-resolution",
      recoveries: ["wait-for-resolution", "retry"],
      waitsFor: "Secret",
      missing: { kind: "Secret", name: "database", key: "password" },
      fault: "user",
      budget: "job",
      stage: "start",
      container: "notebook",
      settled: true,
      message: "A Secret or one of its keys does not exist: couldn't find key password in Secret team-a/database",
      suggestedAction: "Add the key password to the Secret database",
      documentation: "docs/troubleshooting.md#secretmissing",
    });
    expect(parse(nbv.run(["classify", file, "-o", "yaml"]).stdout)).toEqual(value);
  });

  test("reads objects and logs from stdin alike", () => {
    const pod = readFileSync(`${FIXTURES}/pods/out-of-memory.yaml`, "utf8");
    expect(nbv.run(["classify", "-"], { input: pod }).stdout).toContain(": OOMKilled");
    const log = nbv.run(["classify", "-", "-o", "json"], { input: "bash: foo: command not found\n" });
    expect(JSON.parse(log.stdout)).toMatchObject({
      subject: { kind: "Text" },
      reason: "CommandNotFound",
      errorType: "permanent",
      retryable: false,
    });
  });

  test("says so when nothing has failed, and exits with 0", () => {
    const { status, stdout } = nbv.run(["classify", `${FIXTURES}/logs/runner-passed.log`]);
    expect({ status, stdout }).toEqual({ status: 0, stdout: "Text: nothing has failed\n" });
  });

  test("nothing in it moves the terminal's cursor or passes a secret on", () => {
    const input =
      "fatal: unable to access 'https://me:hunter2pass@git.example.com/': Could not resolve host \u001b[2J\u0007";
    const { stdout } = nbv.run(["classify", "-"], { input });
    expect(stdout).toContain("GitNetwork");
    expect(stdout).not.toMatch(/hunter2pass|\u0007|\u001b/);
  });

  test("refuses what can't be classified with one clear message and exit code 2", () => {
    const input = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\n";
    const { status, stdout, stderr } = nbv.run(["classify", "-"], { input });
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).toMatch(/^error: nothing to classify in objects of kind Deployment\n {2}fix: /);
    const colours = '{"apiVersion":"v1","kind":"Pods\\u001b[31m\\u202e\\u200b","metadata":{"name":"a"}}';
    const quoted = nbv.run(["classify", "-"], { input: colours });
    expect(quoted.stderr).toMatch(
      /^error: nothing to classify in objects of kind Pods\\x1b\[31m\\x202e\\x200b\n {2}fix: /,
    );
    const missing = nbv.run(["classify", "no/such/file"]);
    expect(missing).toMatchObject({ status: 2, stderr: expect.stringContaining("no such file") });
  });
});
