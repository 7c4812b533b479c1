import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, readdir, readFile, stat } from "node:fs/promises";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { mustSucceed, runCommand } from "./run-command.js";

/** What a made-up package is, beyond its name and version. */
export interface MadePackage {
  /** Requirements of it: `numpy>=2`. */
  readonly requires?: readonly string[];
  /** Source of its one module. @default a module without anything in it */
  readonly module?: string;
}

/** A package index as pip expects it (PEP 503), on one address. */
export interface PackageIndex {
  /** For `PIP_INDEX_URL`. */
  readonly url: string;
  /** For `PIP_TRUSTED_HOST`: plain http. */
  readonly host: string;
  /** Paths that were asked for, in their order. */
  readonly requests: readonly string[];
  /** Newest version of a package that is there. @throws when there is none */
  versionOf(name: string): string;
  /** `name==version --hash=sha256:…` of the newest version. */
  lockOf(name: string): Promise<string>;
  /** Makes a pure Python package and offers it. */
  make(name: string, version: string, options?: MadePackage): Promise<void>;
  /** Whoever asks for this package gets no answer, until the index is closed. */
  hang(name: string): void;
  close(): Promise<void>;
}

interface Wheel {
  readonly file: string;
  readonly path: string;
  readonly version: string;
}

/**
 * @param wheels directory of wheels that are offered from the start
 * @param scratch private directory for those that are made
 */
export async function startPackageIndex(wheels: string, scratch: string, address: string): Promise<PackageIndex> {
  await mkdir(scratch, { recursive: true });
  const offered = new Map<string, Wheel[]>();
  const offer = (directory: string, file: string): void => {
    const [distribution = "", version = ""] = file.split("-");
    const name = normalName(distribution);
    offered.set(name, [...(offered.get(name) ?? []), { file, path: join(directory, file), version }]);
  };
  for (const file of await readdir(wheels)) if (file.endsWith(".whl")) offer(wheels, file);

  const hanging = new Set<string>();
  const requests: string[] = [];
  const server = createServer((request, response) => {
    const path = request.url ?? "";
    requests.push(path);
    answer(path, response).catch(() => response.destroy());
  });
  async function answer(path: string, response: ServerResponse): Promise<void> {
    const [, kind, name = ""] = path.split("/");
    if (kind === "simple" && hanging.has(name)) return;
    const found = kind === "simple" ? offered.get(name) : [...offered.values()].flat().filter((w) => w.file === name);
    const [first] = found ?? [];
    if (found === undefined || first === undefined) response.writeHead(404).end();
    else if (kind === "simple") response.writeHead(200, { "content-type": "text/html" }).end(await pageOf(found));
    else {
      response.writeHead(200, { "content-length": (await stat(first.path)).size });
      createReadStream(first.path).pipe(response);
    }
  }
  await new Promise<void>((resolve) => server.listen(0, address, resolve));
  const { port } = server.address() as AddressInfo;
  const newest = (name: string): Wheel => {
    const wheel = offered.get(normalName(name))?.at(-1);
    if (wheel === undefined) throw new Error(`the package index has no ${name}`);
    return wheel;
  };
  return {
    url: `http://${address}:${port}/simple/`,
    host: address,
    requests,
    versionOf: (name) => newest(name).version,
    lockOf: async (name) => `${name}==${newest(name).version} --hash=sha256:${await digestOf(newest(name))}`,
    async make(name, version, options) {
      offer(scratch, await makeWheel(scratch, name, version, options));
    },
    hang: (name) => void hanging.add(normalName(name)),
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

/** PEP 503. */
function normalName(name: string): string {
  return name.replaceAll(/[-_.]+/g, "-").toLowerCase();
}

async function pageOf(wheels: readonly Wheel[]): Promise<string> {
  const links = wheels.map(
    async (wheel) => `<a href="/files/${wheel.file}#sha256=${await digestOf(wheel)}">${wheel.file}</a>`,
  );
  return `<!DOCTYPE html><html><body>${(await Promise.all(links)).join("\n")}</body></html>`;
}

async function digestOf({ path }: Wheel): Promise<string> {
  return createHash("sha256")
    .update(await readFile(path))
    .digest("hex");
}

/** @returns the wheel's file name */
async function makeWheel(into: string, name: string, version: string, options: MadePackage = {}): Promise<string> {
  const stem = name.replaceAll("-", "_");
  const info = `${stem}-${version}.dist-info`;
  const requires = (options.requires ?? []).map((requirement) => `Requires-Dist: ${requirement}\n`).join("");
  const files = {
    [`${stem}.py`]: options.module ?? "",
    [`${info}/METADATA`]: `Metadata-Version: 2.1\nName: ${name}\nVersion: ${version}\n${requires}`,
    [`${info}/WHEEL`]: "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    [`${info}/RECORD`]: [`${stem}.py`, `${info}/METADATA`, `${info}/WHEEL`, `${info}/RECORD`]
      .map((f) => `${f},,\n`)
      .join(""),
  };
  const file = `${stem}-${version}-py3-none-any.whl`;
  const program =
    "import json, sys, zipfile\nwith zipfile.ZipFile(sys.argv[1], 'w') as wheel:\n    for name, text in json.load(sys.stdin).items():\n        wheel.writestr(name, text)";
  await mustSucceed(runCommand(["python3", "-c", program, join(into, file)], JSON.stringify(files)));
  return file;
}
