import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { filePattern } from "../../../src/build/dockerfile/file-pattern.js";
import { readIgnoreFile } from "../../../src/build/index.js";

function matches(pattern: string, path: string, doubleStar = false): boolean | undefined {
  return filePattern(pattern, { doubleStar })?.matches(path);
}

describe("patterns of COPY", () => {
  // The table of Go's own path/filepath match_test.go, as far as it speaks of patterns that Go accepts.
  test.each<[string, string, boolean]>([
    ["abc", "abc", true],
    ["*", "abc", true],
    ["*c", "abc", true],
    ["a*", "a", true],
    ["a*", "abc", true],
    ["a*", "ab/c", false],
    ["a*/b", "abc/b", true],
    ["a*/b", "a/c/b", false],
    ["a*b*c*d*e*/f", "axbxcxdxe/f", true],
    ["a*b*c*d*e*/f", "axbxcxdxexxx/f", true],
    ["a*b*c*d*e*/f", "axbxcxdxe/xxx/f", false],
    ["a*b?c*x", "abxbbxdbxebxczzx", true],
    ["a*b?c*x", "abxbbxdbxebxczzy", false],
    ["ab[c]", "abc", true],
    ["ab[b-d]", "abc", true],
    ["ab[e-g]", "abc", false],
    ["ab[^c]", "abc", false],
    ["ab[^b-d]", "abc", false],
    ["ab[^e-g]", "abc", true],
    ["a\\*b", "a*b", true],
    ["a\\*b", "ab", false],
    ["a?b", "a☺b", true],
    ["a[^a]b", "a☺b", true],
    ["a???b", "a☺b", false],
    ["[a-ζ]*", "α", true],
    ["*[a-ζ]", "A", false],
    ["a?b", "a/b", false],
    ["a*b", "a/b", false],
    ["[\\]a]", "]", true],
    ["[\\-]", "-", true],
    ["[x\\-]", "x", true],
    ["[x\\-]", "z", false],
    ["[\\-x]", "a", false],
    ["*x", "xxx", true],
  ])("%s and %s: %s", (pattern, path, expected) => {
    expect(matches(pattern, path)).toBe(expected);
  });

  test.each(["[]a]", "[-]", "[x-]", "[-x]", "[a-b-c]", "[", "[^", "[^bc", "a[", "a\\"])("%s is none", (pattern) => {
    expect(filePattern(pattern, { doubleStar: false })).toBeUndefined();
  });

  test("agrees with matching character by character", () => {
    const pattern = fc.string({ unit: fc.constantFrom("a", "b", "/", "*", "?"), maxLength: 8 });
    const path = fc.string({ unit: fc.constantFrom("a", "b", "/"), maxLength: 8 });
    fc.assert(
      fc.property(pattern, path, (text, name) => {
        expect(matches(text, name)).toBe(slowly(text, name));
      }),
      { numRuns: 5000 },
    );
  });

  test("takes no more time for a pattern that wants to be slow", () => {
    expect(matches(`${"*a".repeat(500)}b`, "a".repeat(2000))).toBe(false);
    expect(matches(`${"**/a".repeat(300)}/b`, "a/".repeat(1000), true)).toBe(false);
  });
});

function slowly(pattern: string, path: string): boolean {
  const [first, ...rest] = pattern;
  if (first === undefined) return path === "";
  if (first === "*") {
    return slowly(rest.join(""), path) || (path !== "" && path[0] !== "/" && slowly(pattern, path.slice(1)));
  }
  if (path === "") return false;
  return (first === "?" ? path[0] !== "/" : path[0] === first) && slowly(rest.join(""), path.slice(1));
}

describe(".dockerignore", () => {
  test.each<[string, string, boolean]>([
    ["*.md", "a.md", true],
    ["*.md", "docs/a.md", false],
    ["**/*.md", "a.md", true],
    ["**/*.md", "docs/deep/a.md", true],
    ["docs", "docs/deep/a.md", true],
    ["docs/", "docs/a.md", true],
    ["/docs", "docs/a.md", true],
    ["./docs/../docs", "docs/a.md", true],
    ["../docs", "docs/a.md", false],
    ["/../../docs", "docs/a.md", false],
    ["src/../../docs", "docs/a.md", false],
    ["doc", "docs/a.md", false],
    ["*/temp*", "a/temporary/b", true],
    ["*/temp*", "a/b/temporary", false],
    ["docs/**", "docs/a", true],
    ["**", "anything/at/all", true],
    ["a/**/b", "a/b", true],
    ["a/**/b", "a/x/y/b", true],
    ["a/**/b", "ab", false],
    ["*\n!README.md", "README.md", false],
    ["*\n!README.md", "other.md", true],
    ["!README.md\n*", "README.md", true],
    ["docs\n!docs/keep", "docs/keep/a", false],
    ["docs\n!docs/keep", "docs/other", true],
    ["# docs", "docs", false],
    ["  docs  ", "docs", true],
    ["\ufeffdocs\r\n", "docs", true],
    ["[", "a", false],
    ["", "a", false],
  ])("%j and %s: %s", (text, path, expected) => {
    expect(readIgnoreFile(text).ignores(path)).toBe(expected);
  });
});
