import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";

describe("what the operator image holds", () => {
  let app = "";
  beforeAll(() => {
    app = mkdtempSync(join(tmpdir(), "nbv-app-"));
    const result = spawnSync(process.execPath, ["scripts/bundle-operator.mjs", app], { encoding: "utf8" });
    expect({ status: result.status, problems: result.stderr }).toEqual({ status: 0, problems: "" });
  }, 60_000);
  afterAll(() => rmSync(app, { recursive: true, force: true }));

  const nbv = (...args: string[]) =>
    spawnSync(process.execPath, [join(app, "nbv.js"), ...args], { cwd: tmpdir(), encoding: "utf8" });

  test("starts alone, without node_modules, and knows its version", () => {
    const { version } = JSON.parse(readFileSync("package.json", "utf8")) as { version: string };
    expect(nbv("--version")).toMatchObject({ status: 0, stdout: `${version}\n`, stderr: "" });
  });

  test("a command with heavy dependencies works from the bundle", () => {
    const result = nbv("crd");
    expect(result).toMatchObject({ status: 0, stderr: "" });
    expect(result.stdout).toContain("notebookvalidationjobs.mlops.mlops.dev");
  });

  test("the fetch step of an image build needs neither runner nor attempt, and no credentials", () => {
    const repository = mkdtempSync(join(tmpdir(), "nbv-tree-"));
    try {
      mkdirSync(join(repository, "from"));
      writeFileSync(join(repository, "from", "Dockerfile"), "FROM a:1\n");
      const fetched = nbv(
        "fetch-source",
        `--tree=${join(repository, "from")}`,
        "--ref=",
        `--into=${join(repository, "into")}`,
      );
      expect({ status: fetched.status, problems: fetched.status === 0 ? "" : fetched.stderr }).toEqual({
        status: 0,
        problems: "",
      });
      expect(readFileSync(join(repository, "into", "Dockerfile"), "utf8")).toBe("FROM a:1\n");
    } finally {
      rmSync(repository, { recursive: true, force: true });
    }
  });

  test("the fetch step loads neither the operator nor a client for Kubernetes", () => {
    const loaded = new Set<string>();
    const load = (file: string): void => {
      if (loaded.has(file)) return;
      loaded.add(file);
      // What `import("…")` names is loaded when it is asked for.
      for (const [, path = ""] of readFileSync(file, "utf8").matchAll(/(?:from|import)\s*"(\.[^"]+)"/g))
        load(join(file, "..", path));
    };
    load(join(app, "nbv.js"));
    const text = [...loaded].map((file) => readFileSync(file, "utf8")).join("\n");
    expect(text).toContain("fetch-source");
    expect(text).not.toContain("ProxyAgent");
    expect(text).not.toContain("the operator works");
  });

  test("the runner is beside it, with what it carries", () => {
    for (const part of ["main.py", "tool.py", "nbv_runner", "vendor"])
      expect({ part, there: existsSync(join(app, "runner", part)) }).toEqual({ part, there: true });
  });

  test("the user that it runs as has a name, without which ssh refuses to run", () => {
    const users = readFileSync(join(app, "passwd"), "utf8")
      .trim()
      .split("\n")
      .map((line) => line.split(":"));
    expect(users.every((fields) => fields.length === 7)).toBe(true);
    expect(users.map((fields) => fields[2])).toContain("65532");
  });

  test("the Dockerfile copies nothing else, runs nothing, and is not root", () => {
    const lines = readFileSync("Dockerfile", "utf8").split("\n");
    expect(lines.filter((line) => /^(COPY|ADD|RUN)/.test(line))).toEqual([
      "COPY build/ /app/",
      "COPY build/passwd /etc/passwd",
    ]);
    expect(lines).toContain("USER 65532:65532");
    expect(lines.filter((line) => line.startsWith("FROM"))).toEqual(["FROM ${BASE_IMAGE}"]);
  });
});
