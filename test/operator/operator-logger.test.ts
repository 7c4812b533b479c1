import { describe, expect, test } from "@jest/globals";
import { UserError } from "../../src/api/index.js";
import { KubeError } from "../../src/kube/index.js";
import { operatorLogger } from "../../src/operator/operator-logger.js";

const TOKEN = `ghp_${"a1B2".repeat(9)}`;

/** What a call of the logger writes. */
function written(log: (logger: ReturnType<typeof operatorLogger>) => void): string {
  let text = "";
  log(operatorLogger("debug", { write: (line: string) => (text += line) }));
  return text;
}
const line = (log: Parameters<typeof written>[0]) => JSON.parse(written(log)) as Record<string, unknown>;

describe("the operator's log", () => {
  test("is one JSON object per line, with words for levels and readable times", () => {
    const found = line((logger) => logger.warn({ job: "a/b", n: 1 }, "hello"));
    expect(found).toEqual({ level: "warn", time: expect.any(String), job: "a/b", n: 1, msg: "hello" });
    expect(new Date(found["time"] as string).toISOString()).toBe(found["time"]);
  });

  test("tells no secret, wherever it stands", () => {
    const url = "https://bob:hunter2secret@git.example.com/x.git";
    const text = written((logger) => {
      logger.info(`fetching ${url}`);
      logger.info({ url, nested: { deep: [TOKEN] } }, "fetching");
      logger.info("fetching %s", url);
      logger.error(new Error(`failed with ${TOKEN}`));
      logger.error({ err: new Error("outer", { cause: new Error(`Authorization: Bearer ${TOKEN}`) }) }, "failed");
    });
    expect(text).not.toContain("hunter2secret");
    expect(text).not.toContain(TOKEN);
    expect(text.match(/\[redacted\]/g)?.length).toBeGreaterThanOrEqual(5);
  });

  test("names objects of Kubernetes, and keeps what they hold to itself", () => {
    const secret = {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { namespace: "a", name: "b" },
      data: { key: "aHVudGVyMg==" },
    };
    const text = written((logger) => logger.info({ secret, list: { items: [secret] } }, "read"));
    expect(text).not.toContain("aHVudGVyMg");
    expect(JSON.parse(text)).toMatchObject({ secret: "Secret a/b", list: { items: ["Secret a/b"] } });
    expect(line((logger) => logger.info(secret, "read"))["data"]).toBeUndefined();
  });

  test("shows where unexpected errors come from, and only the words of those that are expected", () => {
    const stack = (error: Error) => line((logger) => logger.error({ err: error }, "x"))["err"];
    expect(stack(new TypeError("oops"))).toMatchObject({ type: "TypeError", stack: expect.stringContaining("at ") });
    expect(stack(new KubeError({ reason: "Gone", message: "too old", cause: new Error("c") }))).toEqual({
      type: "KubeError",
      reason: "Gone",
      code: 410,
      message: "too old",
    });
    expect(stack(new UserError({ what: "no" }))).toEqual({ type: "UserError", message: "no" });
  });

  test("stays small whatever it is given", () => {
    const loop: Record<string, unknown> = {};
    loop["self"] = loop;
    const fields = {
      loop,
      long: "x".repeat(1e6),
      many: Array.from({ length: 1e5 }, () => 1),
      bytes: Buffer.alloc(1e6),
      big: 1n,
    };
    const text = written((logger) => logger.info(fields, "big"));
    expect(text.length).toBeLessThan(10_000);
    expect(JSON.parse(text)).toMatchObject({ bytes: "1000000 bytes", big: "1" });
  });
});
