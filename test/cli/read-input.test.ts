import { Readable } from "node:stream";
import { describe, expect, test } from "@jest/globals";
import { UserError } from "../../src/api/index.js";
import { type Decoding, MAX_INPUT_BYTES, readInput } from "../../src/cli/read-input.js";

function read(bytes: Uint8Array, decoding?: Decoding): Promise<string> {
  return readInput("-", Readable.from([bytes]), MAX_INPUT_BYTES, decoding);
}

const TEXT = "kind: Pod\n# Zürich 🦉\n";
const LITTLE = Buffer.from(`\ufeff${TEXT}`, "utf16le");
const BIG = Buffer.from(LITTLE).swap16();

describe("text in", () => {
  test.each<[string, Uint8Array]>([
    ["UTF-8", Buffer.from(TEXT)],
    ["UTF-8 that says so", Buffer.from(`\ufeff${TEXT}`)],
    ["UTF-16 of Windows", LITTLE],
    ["UTF-16 in the other order", BIG],
  ])("%s is read, whatever becomes of other bytes", async (_what, bytes) => {
    expect([await read(bytes), await read(bytes, "lenient")]).toEqual([TEXT, TEXT]);
  });

  test("Latin-1 is read around its letters where that is asked for, and else refused", async () => {
    const bytes = Buffer.from("accès refusé: permission denied", "latin1");
    expect(await read(bytes, "lenient")).toBe("acc\ufffds refus\ufffd: permission denied");
    await expect(read(bytes)).rejects.toThrow("<stdin>: is not UTF-8 text");
    await expect(read(bytes)).rejects.toThrow(UserError);
  });

  test("UTF-16 that ends within a letter is refused", async () => {
    await expect(read(LITTLE.subarray(0, -1))).rejects.toThrow("<stdin>: is not UTF-16LE text");
  });
});

test.each<[string, Uint8Array]>([
  ["a NUL byte", Buffer.from("a\0b")],
  ["a program", Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0xff, 0, 1, 2])],
  ["UTF-16 that does not say so", LITTLE.subarray(2)],
  ["UTF-32", Buffer.from([0xff, 0xfe, 0, 0, 0x61, 0, 0, 0])],
])("%s is binary, whatever becomes of other bytes", async (_what, bytes) => {
  await expect(read(bytes)).rejects.toThrow("<stdin>: is binary, not text");
  await expect(read(bytes, "lenient")).rejects.toThrow("<stdin>: is binary, not text");
});
