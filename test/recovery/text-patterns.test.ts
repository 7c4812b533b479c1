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

test("a long log is judged by its end, and quickly", () => {
  // Of this process alone: a busy computer is no slow pattern.
  const before = process.cpuUsage();
  expect(errorTypeOfText(`${"connection image network invalid ".repeat(100_000)}\npermission denied`)).toBe(
    "permanent",
  );
  expect(process.cpuUsage(before).user / 1000).toBeLessThan(2000);
});
