import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { BUILD_SCRIPT } from "../../../src/build/strategies/tekton/step-scripts.js";

/** Stands in for buildah: keeps a layer in the storage, and fails when it is told to. */
const BUILDAH = `#!/bin/sh
mkdir -p "$STORE/storage"
echo layer > "$STORE/storage/made-by-$BUILD_NAME"
echo "STEP 1/1: FROM scratch"
exit "$BUILDAH_CODE"
`;

describe("layers on a claim", () => {
  let root: string;
  let store: string;

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "nbv-kept-layers-"));
    store = join(root, "containers");
    for (const path of ["containers", "nbv/work", "nbv/source", "bin"])
      mkdirSync(join(root, path), { recursive: true });
    writeFileSync(join(root, "bin/buildah"), BUILDAH);
    chmodSync(join(root, "bin/buildah"), 0o755);
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  /** Runs the step `build` with its paths moved below a directory of ours. */
  const build = (name: string, { ttlSeconds = 3600, code = 0 } = {}) => {
    const script = BUILD_SCRIPT.replaceAll("/var/lib/containers", store).replaceAll("/nbv/", `${root}/nbv/`);
    const env = {
      PATH: `${root}/bin:${process.env.PATH}`,
      STORE: store,
      BUILDAH_CODE: String(code),
      BUILD_NAME: name,
      LAYERS_TTL_SECONDS: String(ttlSeconds),
      STORAGE_DRIVER: "overlay",
      TLS_VERIFY: "true",
      CONTEXT: ".",
      CREDENTIALS: join(root, "nowhere"),
    };
    return spawnSync("sh", ["-c", script], { env, encoding: "utf8" });
  };
  const layersOf = (name: string) => existsSync(join(store, "storage", `made-by-${name}`));
  const since = () => Number(readFileSync(join(store, "nbv-since"), "utf8"));
  const age = (seconds: number) => writeFileSync(join(store, "nbv-since"), String(since() - seconds));
  /** What the step `push` does when it is done. */
  const letGo = (name: string) => rmSync(join(store, "nbv-builds", name));

  test("are found by the next build, until the first of them has outlived its time", () => {
    expect(build("one")).toMatchObject({ status: 0, stderr: "" });
    letGo("one");
    build("two");
    letGo("two");
    expect(layersOf("one")).toBe(true);
    const begun = since();
    age(3601);
    build("three");
    expect([layersOf("one"), layersOf("two"), layersOf("three")]).toEqual([false, false, true]);
    expect(since()).toBeGreaterThanOrEqual(begun);
  });

  test("stay while another build uses them, however old they are", () => {
    build("slow");
    age(3601);
    build("other");
    letGo("other");
    expect(layersOf("slow")).toBe(true);
    letGo("slow");
    build("last");
    expect(layersOf("slow")).toBe(false);
  });

  test("are not held by a build that failed", () => {
    expect(build("failing", { code: 125 }).status).toBe(125);
    expect(existsSync(join(store, "nbv-builds", "failing"))).toBe(false);
  });
});
