import { open, stat } from "node:fs/promises";
import type { Readable } from "node:stream";
import { UserError } from "../api/user-error.js";

/** Largest manifest that is read, in bytes. etcd refuses objects above 1.5 MiB. */
export const MAX_INPUT_BYTES = 4 * 1024 * 1024;

/** What becomes of bytes that are no text: manifests that hold some are refused, logs are read around them. */
export type Decoding = "strict" | "lenient";

/**
 * Reads a text file, or stdin for `-`: UTF-8, or UTF-16 that says so by its first bytes, as PowerShell writes it and kubectl
 * reads it.
 *
 * @param decoding whether single bytes that are no text are shown as U+FFFD, rather than refused. @default "strict"
 * @throws UserError with one clear line: missing, a directory, too large, not readable, not text.
 */
export async function readInput(
  file: string,
  stdin: Readable = process.stdin,
  maxBytes = MAX_INPUT_BYTES,
  decoding: Decoding = "strict",
): Promise<string> {
  const name = inputName(file);
  const bytes = file === "-" ? await readStream(stdin, name, maxBytes) : await readFile(file, maxBytes);
  const encoding = encodingOf(bytes);
  const text = decoded(bytes, encoding, decoding);
  const isBinary = text?.includes("\0") ?? (encoding === "utf-8" && bytes.includes(0));
  if (isBinary) throw new UserError({ what: `${name}: is binary, not text` });
  if (text === undefined) throw new UserError({ what: `${name}: is not ${encoding.toUpperCase()} text` });
  return text;
}

function encodingOf([first, second]: Uint8Array): string {
  if (first === 0xff && second === 0xfe) return "utf-16le";
  return first === 0xfe && second === 0xff ? "utf-16be" : "utf-8";
}

function decoded(bytes: Uint8Array, encoding: string, decoding: Decoding): string | undefined {
  try {
    return new TextDecoder(encoding, { fatal: decoding === "strict", ignoreBOM: false }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** What an input is called in messages. */
export function inputName(file: string): string {
  return file === "-" ? "<stdin>" : file;
}

async function readFile(file: string, maxBytes: number): Promise<Uint8Array> {
  try {
    const info = await stat(file);
    if (info.isDirectory())
      throw new UserError({ what: `${file}: is a directory`, fix: `name its files: ${file}/*.yaml` });
    if (info.size > maxBytes) throw tooLarge(file, maxBytes);
    const handle = await open(file, "r");
    try {
      return await readStream(handle.createReadStream({ autoClose: false }), file, maxBytes);
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError({ what: `${file}: ${reasonOf(error)}` });
  }
}

/** Devices and pipes have no size: what is read is counted, too. */
async function readStream(stream: Readable, name: string, maxBytes: number): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream) {
    const bytes = Buffer.from(chunk as Buffer);
    size += bytes.length;
    if (size > maxBytes) throw tooLarge(name, maxBytes);
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}

function tooLarge(name: string, maxBytes: number): UserError {
  const hint = maxBytes === MAX_INPUT_BYTES ? ": not a manifest" : "";
  return new UserError({ what: `${name}: is larger than ${maxBytes / 1024 / 1024} MiB${hint}` });
}

function reasonOf(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === "ENOENT") return "no such file";
  if (code === "EACCES" || code === "EPERM") return "not permitted to read it";
  return error instanceof Error ? error.message : String(error);
}
