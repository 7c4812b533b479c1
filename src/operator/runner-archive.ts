import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { UserError } from "../api/index.js";
import { hasRunnerPackages, runnerDirectory } from "./source/prepare-source.js";

/** The runner with its packages, gzipped `tar`: about 0.7 MB, where a ConfigMap takes 1 MiB. */
export interface RunnerFiles {
  readonly data: Buffer;
  /** SHA-256 of it, in hex. */
  readonly sha256: string;
}

/** What a pod needs of the runner's directory, besides the programs themselves. */
const PARTS = ["nbv_runner", "vendor/py39", "vendor/py310"];
const PROGRAMS = ["main.py", "from_image.py"];
const BLOCK = 512;

/** Reads the runner beside this program. The same files always give the same archive. @throws UserError when it is incomplete */
export async function readRunner(): Promise<RunnerFiles> {
  const root = await runnerDirectory();
  if (!(await hasRunnerPackages(join(root, "vendor")))) {
    throw new UserError({ what: "the packages that travel with the runner are missing", fix: "run `make vendor`" });
  }
  const listed = await Promise.all(PARTS.map((part) => filesBelow(root, part)));
  const blocks: Buffer[] = [];
  for (const path of [...PROGRAMS, ...listed.flat()].sort()) {
    const content = await readFile(join(root, path));
    blocks.push(header(path, content.length), content, Buffer.alloc(padding(content.length)));
  }
  const data = await promisify(gzip)(Buffer.concat([...blocks, Buffer.alloc(2 * BLOCK)]), { level: 9 });
  return { data, sha256: createHash("sha256").update(data).digest("hex") };
}

async function filesBelow(root: string, part: string): Promise<string[]> {
  const files: string[] = [];
  for (const entry of await readdir(join(root, part), { withFileTypes: true })) {
    const path = `${part}/${entry.name}`;
    if (entry.isDirectory() && entry.name !== "__pycache__") files.push(...(await filesBelow(root, path)));
    else if (entry.isFile() && !entry.name.endsWith(".pyc")) files.push(path);
  }
  return files;
}

/** Header of a file that everybody may read (POSIX `ustar`). */
function header(path: string, size: number): Buffer {
  const block = Buffer.alloc(BLOCK);
  const [prefix, name] = splitPath(path);
  block.write(name, 0, 100);
  block.write("0000644\0", 100);
  block.write("0000000\0", 108);
  block.write("0000000\0", 116);
  block.write(`${size.toString(8).padStart(11, "0")}\0`, 124);
  block.write(`${"0".repeat(11)}\0`, 136);
  // The checksum counts its own field as spaces.
  block.write("        0ustar\x0000", 148);
  block.write(prefix, 345, 155);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return block;
}

/** A name of at most 100 bytes, and what stands before it. */
function splitPath(path: string): [prefix: string, name: string] {
  if (path.length <= 100) return ["", path];
  const at = path.indexOf("/", path.length - 101);
  if (at < 0 || at > 155) throw new Error(`${path} is too long for an archive`);
  return [path.slice(0, at), path.slice(at + 1)];
}

function padding(size: number): number {
  return (BLOCK - (size % BLOCK)) % BLOCK;
}
