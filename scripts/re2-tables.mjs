// What re2js says of every code point, asked through its public interface.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { RE2JS } from "re2js";

const HIGHEST = 0x10ffff;
const isSurrogate = (code) => code >= 0xd800 && code <= 0xdfff;

/** Names that `\p{…}` accepts. re2js publishes no list: every name of its tables is tried. */
function classNames() {
  const source = readFileSync(createRequire(import.meta.url).resolve("re2js"), "utf8");
  const words = new Set(source.match(/\b[A-Z][A-Za-z_]*(?=: \(\) =>)/g));
  for (const special of ["Any", "Ascii", "Assigned", "Lc"]) words.add(special);
  const isAccepted = (name) => {
    try {
      return RE2JS.compile(`\\p{${name}}`) !== undefined;
    } catch {
      return false;
    }
  };
  return [...words].filter(isAccepted).sort();
}

/** Lowest and highest code points of the runs that `name` contains: [low, high, low, high, …]. */
function rangesOf(name, everything, codes) {
  const runs = [];
  const matcher = RE2JS.compile(`\\p{${name}}+`).matcher(everything);
  while (matcher.find()) {
    const [low, high] = [codes[matcher.start()], codes[matcher.end() - 1]];
    // The surrogates are not in the text.
    if (low < 0xd800 && high > 0xdfff) runs.push([low, 0xd7ff], [0xe000, high]);
    else runs.push([low, high]);
  }
  // Lone surrogates can't stand in order in one string of UTF-16.
  if (RE2JS.compile(`\\p{${name}}`).test("\ud800")) runs.push([0xd800, 0xdfff]);
  runs.sort(([a], [b]) => a - b);
  const merged = [];
  for (const [low, high] of runs) {
    if (merged.length > 0 && merged.at(-1) === low - 1) merged[merged.length - 1] = high;
    else merged.push(low, high);
  }
  return merged;
}

/** Sets of code points that `(?i)` takes for each other. */
function orbits(candidates) {
  const groups = new Map();
  for (const group of candidates) {
    for (const code of group) {
      const char = String.fromCodePoint(code);
      const folded = RE2JS.compile(RE2JS.quote(char), RE2JS.CASE_INSENSITIVE);
      const same = group.filter((other) => folded.test(String.fromCodePoint(other)));
      if (same.length > 1) groups.set(same.join(" "), same);
    }
  }
  return [...groups.values()].sort(([a], [b]) => a - b);
}

/** Code points that some case mapping connects: a superset of what folding connects. */
function relatives() {
  const parent = new Map();
  const root = (key) => (parent.has(key) ? root(parent.get(key)) : key);
  for (let code = 0; code <= HIGHEST; code++) {
    if (isSurrogate(code)) continue;
    const char = String.fromCodePoint(code);
    for (const other of [char.toLowerCase(), char.toUpperCase(), char.toLowerCase().toUpperCase()]) {
      const [a, b] = [root(char), root(other)];
      if (a !== b) parent.set(a, b);
    }
  }
  const groups = new Map();
  for (const key of [...parent.keys(), ...parent.values()]) {
    const codes = [...key];
    if (codes.length !== 1) continue;
    const group = groups.get(root(key)) ?? new Set();
    groups.set(root(key), group.add(key.codePointAt(0)));
  }
  return [...groups.values()].map((group) => [...group].sort((a, b) => a - b)).filter(({ length }) => length > 1);
}

/** Numbers as differences, base 36: small, and readable by any language. */
function packed(numbers) {
  return numbers.map((number, at) => (number - (at === 0 ? 0 : numbers[at - 1])).toString(36)).join(" ");
}

export function re2Tables() {
  const codes = [];
  const parts = [];
  for (let code = 0; code <= HIGHEST; code++) {
    if (isSurrogate(code)) continue;
    parts.push(String.fromCodePoint(code));
    codes.push(code);
    if (code > 0xffff) codes.push(code);
  }
  const everything = parts.join("");
  return {
    classes: Object.fromEntries(classNames().map((name) => [name, packed(rangesOf(name, everything, codes))])),
    folds: orbits(relatives()).map(packed),
  };
}

/**
 * For each text the matches of `pattern` as [start, end] in code points; `null` when it is refused.
 * As in Go, an empty match right after another one is none.
 */
export function foundBy(pattern, texts) {
  let compiled;
  try {
    compiled = RE2JS.compile(pattern);
  } catch {
    return null;
  }
  return texts.map((text) => {
    const place = (offset) => [...text.slice(0, offset)].length;
    const matcher = compiled.matcher(text);
    const spans = [];
    let lastEnd = -1;
    while (matcher.find()) {
      const [start, end] = [matcher.start(), matcher.end()];
      if (end > start || start !== lastEnd) spans.push([place(start), place(end)]);
      lastEnd = end;
    }
    return spans;
  });
}
