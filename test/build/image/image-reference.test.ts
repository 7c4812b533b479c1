import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { formatImageReference, parseImageReference } from "../../../src/build/index.js";

const SHA = `sha256:${"0123456789abcdef".repeat(4)}`;

// Facts: github.com/distribution/reference, normalize_test.go and reference_test.go.
describe("an image reference", () => {
  test.each([
    ["ubuntu", { host: "docker.io", path: "library/ubuntu" }],
    ["ubuntu:24.04", { host: "docker.io", path: "library/ubuntu", tag: "24.04" }],
    ["docker.io/ubuntu", { host: "docker.io", path: "library/ubuntu" }],
    ["index.docker.io/library/ubuntu", { host: "docker.io", path: "library/ubuntu" }],
    ["jupyter/minimal-notebook", { host: "docker.io", path: "jupyter/minimal-notebook" }],
    ["quay.io/jupyter/minimal:2025-03-14", { host: "quay.io", path: "jupyter/minimal", tag: "2025-03-14" }],
    ["localhost/x", { host: "localhost", path: "x" }],
    ["localhost:5000/a/b/c:t", { host: "localhost:5000", path: "a/b/c", tag: "t" }],
    ["host:5000/x", { host: "host:5000", path: "x" }],
    ["[::1]:5000/x:y", { host: "[::1]:5000", path: "x", tag: "y" }],
    ["Host/x", { host: "Host", path: "x" }],
    [`quay.io/a/b@${SHA}`, { host: "quay.io", path: "a/b", digest: SHA }],
    [`quay.io/a/b:t@${SHA}`, { host: "quay.io", path: "a/b", tag: "t", digest: SHA }],
    ["a.b/c__d/e-f---g", { host: "a.b", path: "c__d/e-f---g" }],
    ["host:5000", { host: "docker.io", path: "library/host", tag: "5000" }],
  ])("%s is read", (text, expected) => expect(parseImageReference(text)).toEqual(expected));

  test.each([
    "",
    ":tag",
    "@sha256:abc",
    "UPPER",
    "quay.io/Upper",
    "quay.io/a b",
    "quay.io/a:",
    "quay.io/a:-t",
    `quay.io/a:${"t".repeat(129)}`,
    "quay.io/a@sha256:abc",
    `quay.io/a@${SHA}${SHA}`,
    `quay.io/a@md5:${"0".repeat(32)}`,
    "quay.io//a",
    "quay.io/a/",
    "/a",
    "http://quay.io/a",
    "quay.io/a___b",
    "quay.io/a..b",
    "-a.b/c",
    "a.b:port/c",
    "a.b/../c",
    `a.b/${"c".repeat(256)}`,
    "quay.io/a\nb",
    "0".repeat(64),
  ])("%j is none", (text) => expect(parseImageReference(text)).toBeUndefined());

  test("says the same when it is written out in full", () => {
    const part = fc.stringMatching(/^[a-z0-9]{1,5}([._-][a-z0-9]{1,5})?$/);
    const host = fc.constantFrom("", "quay.io/", "localhost:5000/", "docker.io/", "R.example/");
    const path = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join("/"));
    const rest = fc.constantFrom("", ":v1", `@${SHA}`, `:v1@${SHA}`);
    fc.assert(
      fc.property(host, path, rest, (...pieces) => {
        const once = parseImageReference(pieces.join(""));
        fc.pre(once !== undefined);
        expect(parseImageReference(formatImageReference(once))).toEqual(once);
      }),
    );
  });

  test("is read or refused, whatever it is and however long", () => {
    const nasty = fc.stringMatching(/^[a-z0-9.:/@_\-[\]A-F]{0,200}$/);
    fc.assert(
      fc.property(nasty, (text) => {
        const found = parseImageReference(text);
        if (found !== undefined) expect(formatImageReference(found)).toMatch(/^[\x21-\x7e]+$/);
      }),
      { numRuns: 2000 },
    );
    for (const text of [`${"a-".repeat(50_000)}!`, `${"a.".repeat(50_000)}/x`, `a.b/${"a_".repeat(50_000)}!`]) {
      expect(parseImageReference(text)).toBeUndefined();
    }
  });
});
