import { InvalidRequirement } from "./invalid-requirement.js";

/** Byte order marks; the longer of two that begin alike comes first. */
const MARKS: readonly (readonly [string, readonly number[]])[] = [
  ["utf-8", [0xef, 0xbb, 0xbf]],
  ["utf-32le", [0xff, 0xfe, 0x00, 0x00]],
  ["utf-32be", [0x00, 0x00, 0xfe, 0xff]],
  ["utf-16le", [0xff, 0xfe]],
  ["utf-16be", [0xfe, 0xff]],
];

const DECLARATION = /coding[:=][\s\v]*([-\w.]+)/;
const HEAD_BYTES = 4096;

/**
 * The text of a requirements file as pip decodes it: by its byte order mark, else by a `coding:` comment (PEP 263) in
 * its first two lines, else as UTF-8. pip would then try the locale of the machine, which is UTF-8 in containers.
 * @throws InvalidRequirement when the bytes are not what they claim to be
 */
export function decodeText(bytes: Uint8Array): string {
  for (const [encoding, mark] of MARKS) {
    if (mark.every((byte, index) => bytes[index] === byte)) return decode(bytes.subarray(mark.length), encoding);
  }
  // latin1 keeps each byte as one character, so that the first lines can be looked at before they are decoded.
  const head = Buffer.from(bytes.subarray(0, HEAD_BYTES)).toString("latin1");
  for (const line of head.split("\n", 2)) {
    const declared = line.startsWith("#") ? DECLARATION.exec(line)?.[1] : undefined;
    if (declared !== undefined) return decode(bytes, pythonCodec(declared));
  }
  return decode(bytes, "utf-8");
}

/** Names that Python and the Encoding Standard spell differently, or mean different tables by. */
const CODECS: Readonly<Record<string, string>> = {
  "utf-8": "utf-8",
  utf8: "utf-8",
  u8: "utf-8",
  "utf-8-sig": "utf-8",
  ascii: "ascii",
  "us-ascii": "ascii",
  "latin-1": "latin1",
  latin1: "latin1",
  l1: "latin1",
  "iso-8859-1": "latin1",
  "iso8859-1": "latin1",
  cp1252: "windows-1252",
  "utf-16": "utf-16le",
  "utf-16-le": "utf-16le",
  "utf-16-be": "utf-16be",
  "utf-32": "utf-32le",
  "utf-32-le": "utf-32le",
  "utf-32-be": "utf-32be",
};

const SAME_IN_BOTH =
  /^(?:iso-?8859-(?:[2-8]|1[03-6])|cp125[0-8]|windows-125[0-8]|koi8-[ru]|gb18030|gbk|big5|euc-(?:jp|kr)|shift-jis)$/;

function pythonCodec(declared: string): string {
  const name = declared.toLowerCase().replaceAll("_", "-");
  const known = Object.hasOwn(CODECS, name) ? CODECS[name] : undefined;
  if (known !== undefined) return known;
  if (SAME_IN_BOTH.test(name)) {
    return name
      .replace(/^iso8859/, "iso-8859")
      .replace(/^cp/, "windows-")
      .replace("shift-jis", "shift_jis");
  }
  throw new InvalidRequirement(`declares the encoding ${declared}, which is not known`, "save the file as UTF-8");
}

function decode(bytes: Uint8Array, encoding: string): string {
  if (encoding === "latin1") return Buffer.from(bytes).toString("latin1");
  const text =
    encoding === "ascii"
      ? decodeAscii(bytes)
      : encoding.startsWith("utf-32")
        ? decodeUtf32(bytes, encoding === "utf-32le")
        : decodeStandard(bytes, encoding);
  if (text !== undefined) return text;
  throw new InvalidRequirement(
    `is not ${encoding.toUpperCase()} text`,
    "save the file as UTF-8, or name its encoding in the first line: # -*- coding: latin-1 -*-",
  );
}

function decodeStandard(bytes: Uint8Array, encoding: string): string | undefined {
  try {
    return new TextDecoder(encoding, { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function decodeAscii(bytes: Uint8Array): string | undefined {
  return bytes.every((byte) => byte < 0x80) ? Buffer.from(bytes).toString("latin1") : undefined;
}

function decodeUtf32(bytes: Uint8Array, isLittleEndian: boolean): string | undefined {
  if (bytes.length % 4 !== 0) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let text = "";
  for (let offset = 0; offset < bytes.length; offset += 4) {
    const point = view.getUint32(offset, isLittleEndian);
    if (point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff)) return undefined;
    text += String.fromCodePoint(point);
  }
  return text;
}
