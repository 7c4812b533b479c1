import { readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { BUILD_RESULTS } from "../../../src/build/index.js";
import { ScratchSteps } from "./scratch-steps.js";

describe("the scripts of the steps", () => {
  let steps: ScratchSteps;
  beforeEach(() => {
    steps = new ScratchSteps();
  });
  afterEach(() => steps.remove());

  const at = (path: string) => steps.at(path);
  const run: ScratchSteps["run"] = (...of) => steps.run(...of);

  /** A buildah that writes down how it was called. */
  function recordBuildah(digest = "sha256:abc"): void {
    const lines = [
      "#!/bin/sh",
      `printf '%s\\n' "$@" > ${at("called")}`,
      `echo "auth=$REGISTRY_AUTH_FILE" >> ${at("called")}`,
      `for a in "$@"; do case $a in --digestfile=*) printf ${digest} > "\${a#*=}" ;; esac; done`,
    ];
    steps.install("buildah", `${lines.join("\n")}\n`);
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
    expect(() => readFileSync(join(steps.root, "owned"))).toThrow();
  });

  test.each([
    ["../../outside", "."],
    ["link", "."],
    ["missing", "."],
    ["Dockerfile", "../.."],
    ["Dockerfile", "missing"],
  ])("Dockerfile %s with context %s is refused with a reason", (dockerfile, context) => {
    writeFileSync(join(steps.root, "outside"), "FROM outside:1\n");
    writeFileSync(at("source/Dockerfile"), "FROM own:1\n");
    symlinkSync(join(steps.root, "outside"), at("source/link"));
    const result = run("dockerfile", { dockerfile, context });
    expect(result.status).toBe(1);
    expect(result.stderr).toMatch(/leads out of the repository|has no (file|directory)/);
  });

  test("build arguments reach buildah one by one, spaces and quotes included", () => {
    recordBuildah();
    const args = ["--build-arg=GREETING=hello; rm -rf '$HOME'", "--target=run time"];
    expect(run("build", { context: ".", "tls-verify": "false" }, { args }).status).toBe(0);
    const called = readFileSync(at("called"), "utf8").split("\n");
    expect(called).toEqual(expect.arrayContaining([...args, "--tls-verify=false", `${at("source")}/.`]));
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
    expect(run("push", params)).toMatchObject({ status: 0, stderr: "" });
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
    writeFileSync(at("workspaces/push-credentials/password"), "x");
    const result = run("push", { image: "a/b:1", "tls-verify": "true" });
    expect(result).toMatchObject({ status: 1, stderr: "the registry Secret has no key .dockerconfigjson\n" });
  });

  test("all results together fit into a termination message, also with the longest names", () => {
    recordBuildah(`sha256:${"f".repeat(64)}`);
    for (const [file, text] of [
      ["image-id", "x"],
      ["layers", "9999\n"],
      ["cached-layers", "9999\n"],
    ] as const) {
      writeFileSync(at(`work/${file}`), text);
    }
    const image = `${"r".repeat(249)}:65535/${"n".repeat(255)}/${"i".repeat(255)}:${"t".repeat(128)}`;
    const params = {
      image,
      "git-url": `https://${"g".repeat(2040)}`,
      "git-commit": "0".repeat(40),
      "tls-verify": "true",
    };
    expect(run("push", params)).toMatchObject({ status: 0, stderr: "" });
    // As Tekton's entrypoint writes them (pkg/result of tektoncd/pipeline).
    const results = BUILD_RESULTS.map(({ name }) => ({
      key: name,
      value: readFileSync(at(`results/${name}`), "utf8"),
      type: 1,
    }));
    expect(results).toContainEqual({ key: "CHAINS-GIT_URL", value: "", type: 1 });
    expect(
      JSON.stringify([...results, { key: "StartedAt", value: "2026-11-21T10:00:00.000Z", type: 3 }]).length,
    ).toBeLessThan(4096);
  });

  test("pip's settings are mounted while instructions run, and are no part of the image or its arguments", () => {
    recordBuildah();
    const environment = {
      PIP_INDEX_URL: "https://user:pass@pypi.example.org/simple",
      PIP_TRUSTED_HOST: "pypi.example.org",
    };
    const trust = { caBundle: "-----BEGIN CERTIFICATE-----\nQ0E=\n-----END CERTIFICATE-----\n" };
    expect(run("build", { context: ".", "tls-verify": "true" }, { environment, trust }).status).toBe(0);
    const called = readFileSync(at("called"), "utf8");
    expect(called).toContain(`--volume=${at("work/pip.conf")}:/etc/pip.conf:ro`);
    expect(called).toContain(`--volume=${at("work/ca.pem")}:/etc/nbv-ca.pem:ro`);
    expect(called).not.toContain("user:pass");
    expect(readFileSync(at("work/pip.conf"), "utf8")).toBe(
      "[global]\nindex-url = https://user:pass@pypi.example.org/simple\ntrusted-host = pypi.example.org\ncert = /etc/nbv-ca.pem\n",
    );
    expect(readFileSync(at("work/ca.pem"), "utf8").endsWith(trust.caBundle)).toBe(true);
    expect(readFileSync(at("work/certs/ca.crt"), "utf8")).toBe(trust.caBundle);
  });

  test("where nothing is set, nothing is mounted", () => {
    recordBuildah();
    expect(run("build", { context: ".", "tls-verify": "true" }).status).toBe(0);
    expect(readFileSync(at("called"), "utf8")).not.toContain("--volume");
  });

  test("the build's exit code is the step's, and what came from a cache is counted", () => {
    const printing = (code: number) =>
      steps.install(
        "buildah",
        `#!/bin/sh\ncat <<'END'\n[1/2] STEP 1/2: FROM a AS x\n[1/2] STEP 2/2: RUN y\n--> Using cache 12\n[2/2] STEP 1/3: FROM x\n[2/2] STEP 2/3: USER 0\n--> Cache pulled from remote r\n[2/2] STEP 3/3: RUN z\nEND\necho broken >&2\nexit ${code}\n`,
      );
    printing(0);
    const passed = run("build", { context: ".", "tls-verify": "true" });
    expect(passed.status).toBe(0);
    expect(["layers", "cached-layers"].map((file) => readFileSync(at(`work/${file}`), "utf8"))).toEqual(["3\n", "2\n"]);
    printing(125);
    const failed = run("build", { context: ".", "tls-verify": "true" });
    expect(failed.status).toBe(125);
    expect(failed.stdout).toContain("broken");
  });
});
