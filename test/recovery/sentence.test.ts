import { expect, test } from "@jest/globals";
import { sentence } from "../../src/recovery/index.js";

test("a message is on one line, without secrets, and within 1 KiB", () => {
  expect(sentence(" the\n password=hunter2 \t was wrong ")).toBe("the password=[redacted] was wrong");
  const long = sentence("é".repeat(2_000));
  expect(Buffer.byteLength(long)).toBeLessThanOrEqual(1024);
  expect(long).toMatch(/é…$/);
  const pairs = sentence("\ud83d\ude00".repeat(2_000));
  expect(Buffer.from(pairs).toString()).toBe(pairs);
});

test("a long text is read no further than it may be shown, with room for what is redacted", () => {
  expect(sentence(`password=${"x1".repeat(2_000)} `.repeat(20))).toBe("password=[redacted] password=[redacted]");
});
