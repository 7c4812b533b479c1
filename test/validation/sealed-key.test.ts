import { readFileSync } from "node:fs";
import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import {
  type AttemptIdentity,
  handoverMessage,
  identityText,
  sealedKeyIn,
  sealingKeys,
  sealKey,
  unsealKey,
} from "../../src/validation/index.js";

interface Vector {
  name: string;
  secret: string;
  privateKey: string;
  publicKey: string;
  identity: string;
  key: string;
  ephemeral: string;
  sealed: string;
}
const { vectors }: { vectors: Vector[] } = JSON.parse(readFileSync("test/fixtures/sealed-key-vectors.json", "utf8"));

const hex = (text: string) => Uint8Array.from(Buffer.from(text, "hex"));
const bytes = () => fc.uint8Array({ minLength: 32, maxLength: 32 });
const word = () => fc.stringMatching(/^[a-z0-9-]{1,20}$/);
const identities = (): fc.Arbitrary<AttemptIdentity> =>
  fc.record({ namespace: word(), jobUid: word(), runId: word(), attempt: fc.integer({ min: 1, max: 99 }) });

const OWN = sealingKeys(new Uint8Array(32).fill(7));
const PUBLIC = OWN.publicKey;
const KEY = new Uint8Array(32).fill(5);
const IDENTITY = "nbv.v1|team-a|uid|run|1";
const SEALED = sealKey(KEY, PUBLIC, IDENTITY, new Uint8Array(32).fill(9));

describe("keys that Python sealed", () => {
  test.each(vectors)("$name: the same bytes are sealed and opened here", (vector) => {
    const keys = sealingKeys(hex(vector.secret));
    const { d = "" } = keys.privateKey.export({ format: "jwk" });
    expect(Buffer.from(d, "base64url").toString("hex")).toBe(vector.privateKey);
    expect(Buffer.from(keys.publicKey).toString("base64url")).toBe(vector.publicKey);
    const publicKey = Buffer.from(vector.publicKey, "base64url");
    expect(sealKey(hex(vector.key), publicKey, vector.identity, hex(vector.ephemeral))).toBe(vector.sealed);
    expect(unsealKey(keys, vector.identity, vector.sealed)).toEqual(hex(vector.key));
  });
});

describe("a sealed key", () => {
  test("opens for its recipient as the key of its attempt, and always has the same length", () => {
    fc.assert(
      fc.property(bytes(), bytes(), bytes(), identities(), (secret, key, ephemeral, id) => {
        const keys = sealingKeys(secret);
        const sealed = sealKey(key, keys.publicKey, identityText(id), ephemeral);
        expect(unsealKey(keys, identityText(id), sealed)).toEqual(key);
        expect(sealed).toHaveLength(108);
      }),
    );
  });

  test("opens for nobody else", () => {
    fc.assert(
      fc.property(bytes(), (secret) => {
        fc.pre(!Buffer.from(secret).equals(Buffer.alloc(32, 7)));
        expect(unsealKey(sealingKeys(secret), IDENTITY, SEALED)).toBeUndefined();
      }),
    );
  });

  test("opens for no other attempt, run, job or namespace", () => {
    fc.assert(
      fc.property(identities(), identities(), (id, other) => {
        fc.pre(identityText(id) !== identityText(other));
        const sealed = sealKey(KEY, PUBLIC, identityText(id), new Uint8Array(32).fill(3));
        expect(unsealKey(OWN, identityText(other), sealed)).toBeUndefined();
        for (const part of ["namespace", "jobUid", "runId", "attempt"] as const) {
          if (id[part] === other[part]) continue;
          expect(unsealKey(OWN, identityText({ ...id, [part]: other[part] }), sealed)).toBeUndefined();
        }
      }),
    );
  });

  test("opens no more when a single bit of it is changed", () => {
    const original = Buffer.from(SEALED, "base64url");
    for (let bit = 0; bit < original.length * 8; bit++) {
      const changed = Buffer.from(original);
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      const opened = unsealKey(OWN, IDENTITY, changed.toString("base64url"));
      // RFC 7748: the top bit of a public key means nothing for the exchange; here the key's bytes are bound as well.
      expect(opened).toBeUndefined();
    }
  });

  test.each([
    ["nothing", ""],
    ["a truncated one", SEALED.slice(0, -1)],
    ["one with something behind it", `${SEALED}A`],
    ["one with a line break", `${SEALED}\n`],
    ["one in plain base64", Buffer.from(SEALED, "base64url").toString("base64")],
    ["a megabyte", "A".repeat(1 << 20)],
    ["zeros: a point of low order", Buffer.concat([Buffer.of(1), Buffer.alloc(80)]).toString("base64url")],
    [
      "another version",
      Buffer.concat([Buffer.of(2), Buffer.from(SEALED, "base64url").subarray(1)]).toString("base64url"),
    ],
  ])("is not %s", (_, text) => {
    expect(unsealKey(OWN, IDENTITY, text)).toBeUndefined();
  });

  test("is not garbage of any kind, which never throws", () => {
    const garbage = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.uint8Array({ minLength: 81, maxLength: 81 }).map((raw) => Buffer.from(raw).toString("base64url")),
      fc.uint8Array({ minLength: 80, maxLength: 80 }).map((raw) => Buffer.of(1, ...raw).toString("base64url")),
    );
    fc.assert(fc.property(garbage, (text) => expect(unsealKey(OWN, IDENTITY, text)).toBeUndefined()));
  });

  test("tells nothing of the key in clear", () => {
    const sealed = Buffer.from(SEALED, "base64url");
    expect(sealed.includes(Buffer.from(KEY.subarray(0, 4)))).toBe(false);
  });

  test("is made of keys of the right length only", () => {
    expect(() => sealKey(new Uint8Array(31), PUBLIC, IDENTITY, KEY)).toThrow(RangeError);
    expect(() => sealKey(KEY, new Uint8Array(33), IDENTITY, KEY)).toThrow(RangeError);
    expect(() => sealKey(KEY, PUBLIC, IDENTITY, new Uint8Array(0))).toThrow(RangeError);
  });
});

describe("the message that tells it", () => {
  test("says it, and nothing else is taken for one", () => {
    expect(handoverMessage(SEALED)).toBe(`{"version":"nbv.handover.v1","sealedKey":"${SEALED}"}`);
    expect(sealedKeyIn(handoverMessage(SEALED))).toBe(SEALED);
  });

  test.each([
    ["nothing", undefined],
    ["an empty text", ""],
    ["text", "Unable to get init container status"],
    ["a failure's report", '{"version":"nbv.source.v1","reason":"GitNetwork","message":"no"}'],
    ["another version", handoverMessage(SEALED).replace("handover.v1", "handover.v2")],
    ["a cut one", handoverMessage(SEALED).slice(0, -1)],
    ["a number for a key", '{"version":"nbv.handover.v1","sealedKey":1}'],
    ["null", "null"],
    ["a list", "[]"],
    ["more than the kubelet keeps", handoverMessage("A".repeat(5000))],
  ])("%s tells none", (_, message) => {
    expect(sealedKeyIn(message)).toBeUndefined();
  });

  test("stays far below what the kubelet keeps", () => {
    expect(handoverMessage(SEALED).length).toBeLessThan(200);
  });

  test("never throws", () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (text) => expect(sealedKeyIn(text)).toBeUndefined()));
  });
});

test("an attempt's name can't be put together in two ways", () => {
  const id = { namespace: "team-a", jobUid: "u", runId: "r", attempt: 2 };
  expect(identityText(id)).toBe("nbv.v1|team-a|u|r|2");
  expect(() => identityText({ ...id, runId: "r|1" })).toThrow(RangeError);
});
