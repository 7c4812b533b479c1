import { expect, test } from "@jest/globals";
import { errorTypeOfText } from "../../src/recovery/index.js";

test.each([
  ["Connection to 10.0.0.1 refused", "transient"],
  ["Cannot connect: the docker daemon is not running", "transient"],
  ["timeout while connecting", "transient"],
  ["Out Of Memory", "transient"],
  ["write: no space left on device", "transient"],
  ["fork: Resource temporarily unavailable", "transient"],
  ["network read timeout", "transient"],
  ["Connection was reset by peer", "transient"],
  ["Temporary failure in name resolution", "transient"],
  ["system overloaded", "transient"],
  ["Too many open files", "transient"],
  ["mmap: Cannot allocate memory", "transient"],
  ["Image foo:1 not found", "permanent"],
  ["No such image: foo", "permanent"],
  ["repository foo not found", "permanent"],
  ["invalid runtime configuration", "permanent"],
  ["PERMISSION DENIED", "permanent"],
  ["access denied for user", "permanent"],
  ["authorization has failed", "permanent"],
  ["executable file not found in $PATH", "permanent"],
  ["bash: foo: command not found", "permanent"],
  ["invalid shell command", "permanent"],
  ["something else", "unknown"],
  ["", "unknown"],
])("%j is %s", (text, errorType) => {
  expect(errorTypeOfText(text)).toBe(errorType);
});

test("transient patterns come first", () => {
  expect(errorTypeOfText("permission denied; connection reset by peer")).toBe("transient");
});

test("a long log is judged by its end", () => {
  expect(errorTypeOfText(`connection refused\n${"all is well\n".repeat(10_000)}permission denied`)).toBe("permanent");
});

test("an endless line is judged in pieces, so that no pattern looks back over all of it", () => {
  expect(errorTypeOfText(`connection ${"image network invalid ".repeat(2_000)} refused`)).toBe("unknown");
  expect(errorTypeOfText(`${"connection image network invalid ".repeat(100_000)} permission denied`)).toBe("permanent");
});
