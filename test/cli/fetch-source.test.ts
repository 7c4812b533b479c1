import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { identityText, keyText, sealedKeyIn, sealingKeys, unsealKey } from "../../src/validation/index.js";
import { bundledNbv, type Ended, type Nbv } from "./nbv.js";

const KEYS = sealingKeys(new Uint8Array(32).fill(7));
const PUBLIC = Buffer.from(KEYS.publicKey).toString("base64url");
const IDENTITY = identityText({ namespace: "team-a", jobUid: "u", runId: "r", attempt: 1 });
const CONFIG = '{"version":"nbv.config.v1","price":"\\u0024(HOME)"}';

let nbv: Nbv;
let home: string;
let terminationLog: string;
let handover: string;

beforeAll(() => {
  nbv = bundledNbv();
});
afterAll(() => {
  nbv.remove();
  rmSync(home, { recursive: true, force: true });
});
beforeEach(() => {
  if (home !== undefined) rmSync(home, { recursive: true, force: true });
  home = mkdtempSync(join(tmpdir(), "nbv-fetch-"));
  for (const name of ["tree", "into", "handover"]) mkdirSync(join(home, name));
  writeFileSync(join(home, "tree", "a.ipynb"), "{}");
  terminationLog = join(home, "termination-log");
  handover = join(home, "handover");
  writeFileSync(terminationLog, "");
});

function fetchSource(more: readonly string[] = [], env: Record<string, string> = { NBV_RUNNER_CONFIG: CONFIG }): Ended {
  const sealing = ["--handover-into", handover, "--seal-for", PUBLIC, "--attempt-identity", IDENTITY];
  const tree = ["--tree", join(home, "tree"), "--into", join(home, "into"), "--termination-log", terminationLog];
  return nbv.run(["fetch-source", ...tree, ...sealing, ...more], { env });
}

const message = () => readFileSync(terminationLog, "utf8");

describe("nbv fetch-source", () => {
  test("gives the runner a new key in clear, and tells the operator the same one sealed", () => {
    const { status, stdout, stderr } = fetchSource();
    expect({ status, stdout }).toEqual({ status: 0, stdout: "" });
    const key = readFileSync(join(handover, "key"), "utf8");
    expect(key).toMatch(/^[0-9a-f]{64}$/);
    expect(keyText(unsealKey(KEYS, IDENTITY, sealedKeyIn(message()) ?? "") ?? new Uint8Array())).toBe(key);
    expect(stderr + message()).not.toContain(key);
    expect(readFileSync(join(handover, "config.json"), "utf8")).toBe(CONFIG);
    expect(existsSync(join(home, "into", "a.ipynb"))).toBe(true);
  });

  test("leaves key and configuration to its own user alone, also where files of that name were", () => {
    for (const name of ["key", "config.json"]) {
      writeFileSync(join(handover, name), "old");
      chmodSync(join(handover, name), 0o644);
    }
    expect(fetchSource().status).toBe(0);
    for (const name of ["key", "config.json"]) expect(statSync(join(handover, name)).mode & 0o777).toBe(0o600);
  });

  test("makes another key every time, also for the same attempt", () => {
    const keys = [1, 2].map(() => {
      rmSync(join(home, "into"), { recursive: true });
      mkdirSync(join(home, "into"));
      expect(fetchSource().status).toBe(0);
      return readFileSync(join(handover, "key"), "utf8");
    });
    expect(keys[0]).not.toBe(keys[1]);
  });

  test("puts a long configuration together again", () => {
    const env = { NBV_RUNNER_CONFIG: '{"a":', NBV_RUNNER_CONFIG_2: '"b"', NBV_RUNNER_CONFIG_3: "}" };
    expect(fetchSource([], env).status).toBe(0);
    expect(readFileSync(join(handover, "config.json"), "utf8")).toBe('{"a":"b"}');
  });

  test("that fails tells why and no key, and leaves none", () => {
    const { status, stderr } = fetchSource(["--tree", join(home, "nowhere")]);
    expect(status).toBe(1);
    expect(JSON.parse(message())).toMatchObject({ version: "nbv.source.v1" });
    expect(existsSync(join(handover, "key"))).toBe(false);
    expect(stderr).not.toMatch(/^\s+at .*\.(?:js|mjs|ts):/m);
  });

  test.each([
    ["no configuration", [], {}, /NBV_RUNNER_CONFIG/],
    ["a public key that is none", ["--seal-for", "short"], { NBV_RUNNER_CONFIG: CONFIG }, /X25519/],
    ["known hosts that are no text", [], { NBV_RUNNER_CONFIG: CONFIG, NBV_KNOWN_HOSTS: "7" }, /NBV_KNOWN_HOSTS/],
  ])("given %s fetches nothing", (_, more, env, words) => {
    const { status } = fetchSource(more, env);
    expect(status).toBe(1);
    expect((JSON.parse(message()) as { message: string }).message).toMatch(words);
    expect(existsSync(join(handover, "key"))).toBe(false);
    expect(existsSync(join(home, "into", "a.ipynb"))).toBe(false);
  });

  test("that can't tell the operator fails: what the runner said could never be believed", () => {
    const { status, stderr } = fetchSource(["--termination-log", join(home, "no", "such", "file")]);
    expect(status).toBe(1);
    expect(stderr).toContain("the termination log could not be written");
  });

  test("takes a public key that begins with a dash", () => {
    const { status } = fetchSource(["--seal-for", `-${PUBLIC.slice(1)}`]);
    expect(status).toBe(0);
    expect(sealedKeyIn(message())).toHaveLength(108);
  });

  test("in a build, which runs no notebook, makes no key", () => {
    const tree = ["--tree", join(home, "tree"), "--into", join(home, "into"), "--termination-log", terminationLog];
    expect(nbv.run(["fetch-source", ...tree]).status).toBe(0);
    expect(message()).toBe("");
  });
});
