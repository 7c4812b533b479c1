import { readFileSync } from "node:fs";
import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { signPayload } from "../../src/validation/event-line.js";
import { MAX_EVENT_LINE, signEventLine, verdictFromTermination, verifyEventLine } from "../../src/validation/index.js";
import { aCellEnd, aStart, aVerdict, KEY, OTHER_KEY, signed } from "./events.js";

interface Vectors {
  lines: { name: string; key: string; seq: number; payload: string; line: string }[];
}
const vectors: Vectors = JSON.parse(readFileSync("test/fixtures/event-line-vectors.json", "utf8"));

describe("lines that Python signed", () => {
  test.each(vectors.lines)("$name: the same bytes are signed and verified here", ({ key, seq, payload, line }) => {
    const bytes = Buffer.from(key, "hex");
    expect(signPayload(bytes, seq, payload)).toBe(line);
    expect(verifyEventLine(bytes, line)).toEqual({ seq, event: JSON.parse(payload) });
  });
});

describe("hostile lines", () => {
  const line = signEventLine(KEY, 3, aCellEnd(1));
  const mac = /"mac":"([0-9a-f]{64})"/.exec(line)?.[1] ?? "";

  test.each([
    ["nothing", ""],
    ["text", "Epoch 1/10 loss=0.3"],
    ["JSON of the notebook's own", '{"v":"nbv.v1"}'],
    ["an event behind other text", `x${line}`],
    ["an event behind a blank", ` ${line}`],
    ["an event behind a carriage return", `progress\r${line}`],
    ["text behind the event", `${line.trimEnd()}x`],
    ["another number", line.replace('"seq":3', '"seq":4')],
    ["a number with a leading zero", line.replace('"seq":3', '"seq":03')],
    ["number 0", line.replace('"seq":3', '"seq":0')],
    ["a number that overflows", line.replace('"seq":3', '"seq":99999999999999999999')],
    ["a number beyond exact counting", signPayload(KEY, 9007199254740992, '{"type":"lint","at":"x","findings":[]}')],
    ["a fraction", line.replace('"seq":3', '"seq":3.0')],
    ["an upper-case MAC", line.replace(mac, mac.toUpperCase())],
    ["a short MAC", line.replace(mac, mac.slice(2))],
    ["another protocol", line.replace("nbv.v1", "nbv.v2")],
    ["a line longer than any event", signPayload(KEY, 3, `{"x":"${"a".repeat(MAX_EVENT_LINE)}"}`)],
    ["a signed text that is not JSON", signPayload(KEY, 3, "{nope}")],
    ["a signed event of an unknown type", signPayload(KEY, 3, '{"type":"pwn"}')],
    ["a signed event of wrong types", signPayload(KEY, 3, '{"type":"verdict","at":1,"verdict":"Passed"}')],
    ["a prototype in place of a type", signPayload(KEY, 3, '{"__proto__":{"type":"lint","at":"x","findings":[]}}')],
    ["deep nesting", signPayload(KEY, 3, `{"a":${"[".repeat(50_000)}${"]".repeat(50_000)}}`)],
  ])("%s is not ours", (_, hostile) => {
    expect(verifyEventLine(KEY, hostile)).toBeUndefined();
  });

  test("keys of the prototype chain don't reach objects", () => {
    const payload = `{"type":"comparison","at":"x","result":{"__proto__":{"polluted":true},"constructor":1}}`;
    verifyEventLine(KEY, signPayload(KEY, 1, payload));
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  test("no text whatever makes the verifier throw or accept", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 400 }), (text) => verifyEventLine(KEY, text) === undefined),
    );
  });

  test("any change of one character is noticed", () => {
    fc.assert(
      fc.property(fc.nat(line.length - 2), fc.string({ minLength: 1, maxLength: 1 }), (at, letter) => {
        const changed = line.slice(0, at) + letter + line.slice(at + 1);
        fc.pre(changed !== line);
        expect(verifyEventLine(KEY, changed)).toBeUndefined();
      }),
    );
  });

  test("whoever lacks the key can't sign", () => {
    expect(verifyEventLine(KEY, signEventLine(OTHER_KEY, 1, aVerdict()))).toBeUndefined();
  });
});

describe("the termination message", () => {
  test("carries a verdict, with or without its newline", () => {
    const line = signEventLine(KEY, 9, aVerdict());
    expect(verdictFromTermination(KEY, line)).toEqual(aVerdict());
    expect(verdictFromTermination(KEY, line.trimEnd())).toEqual(aVerdict());
  });

  test.each([
    ["missing", undefined],
    ["empty", ""],
    ["cut", signEventLine(KEY, 9, aVerdict()).slice(0, -20)],
    ["another event", signEventLine(KEY, 1, aStart())],
    ["two lines", signed([aStart(), aVerdict()]).join("")],
    ["longer than Kubernetes keeps", signEventLine(KEY, 9, aVerdict({ message: "x".repeat(4096) }))],
    ["another attempt's", signEventLine(OTHER_KEY, 9, aVerdict())],
  ])("says nothing when it is %s", (_, message) => {
    expect(verdictFromTermination(KEY, message)).toBeUndefined();
  });
});
