import { createHash } from "node:crypto";
import { LABEL_ENVIRONMENT_DIGEST } from "../../../src/api/index.js";
import { BUILD_STRATEGIES, type SourceFacts, type TreeEntry } from "../../../src/build/index.js";
import type { BuildTools } from "../../../src/operator/builds/builds.js";
import type { FoundImage, ImageRegistry } from "../../../src/operator/image-registry.js";
import type { SourceFactsRequest, SourceReader, Wanted } from "../../../src/operator/source-reader.js";

/** Content of a repository, by path. */
export type Files = Readonly<Record<string, string>>;

/** Repositories and registries in memory. */
export class FakeOutside implements BuildTools {
  readonly strategies = BUILD_STRATEGIES;
  readonly reader: SourceReader;
  readonly registry: ImageRegistry;
  /** Images by `host/path:tag` and `host/path@digest`. */
  readonly images = new Map<string, FoundImage>();
  /** Tags that were moved, in their order: `host/path:tag = digest`. */
  readonly moved: string[] = [];

  /** @param files of the repository at every commit; may depend on its URL */
  constructor(files: Files | ((request: SourceFactsRequest) => Files)) {
    const filesOf = typeof files === "function" ? files : () => files;
    this.reader = {
      read: async (request, questions) => {
        const facts = questions.map((wanted) => read(request.commit, filesOf(request), wanted));
        const tree = facts[0]?.tree ?? new Map();
        const contents = new Map(facts.flatMap((each) => [...each.files]));
        return { dossier: { commit: request.commit, tree, contents, warnings: [] }, facts };
      },
    };
    this.registry = {
      digestOf: async ({ host, path, tag, digest }) => this.#find(host, path, tag, digest)?.digest,
      find: async ({ host, path, tag, digest }) => this.#find(host, path, tag, digest),
      tag: async ({ host, path, digest = "" }, tag) => {
        this.moved.push(`${host}/${path}:${tag} = ${digest}`);
        this.images.set(`${host}/${path}:${tag}`, { digest, labels: {} });
      },
    };
  }

  /** A build pushed an image. */
  pushed(image: string, environmentDigest: string, sizeBytes?: number): void {
    const digest = image.slice(image.indexOf("@") + 1);
    const labels = { [LABEL_ENVIRONMENT_DIGEST]: environmentDigest };
    this.images.set(image, { digest, labels, ...(sizeBytes !== undefined && { sizeBytes }) });
  }

  #find(host: string, path: string, tag: string | undefined, digest: string | undefined): FoundImage | undefined {
    return this.images.get(`${host}/${path}${digest === undefined ? `:${tag ?? "latest"}` : `@${digest}`}`);
  }
}

function read(commit: string, files: Files, wanted: Wanted): SourceFacts {
  const tree = new Map<string, TreeEntry>([["", entry("", "directory", "")]]);
  for (const [path, text] of Object.entries(files)) {
    tree.set(path, { ...entry(path, "file", text), size: Buffer.byteLength(text) });
    const parts = path.split("/");
    for (let depth = 1; depth < parts.length; depth += 1) {
      const directory = parts.slice(0, depth).join("/");
      tree.set(directory, entry(directory, "directory", directory));
    }
  }
  const contents = new Map<string, Uint8Array>();
  const unreadable = new Map<string, string>();
  const facts: SourceFacts = { commit, tree, files: contents, unreadable };
  for (let paths = wanted(facts); paths.length > 0; paths = wanted(facts)) {
    for (const path of paths) {
      const text = files[path];
      if (text === undefined) unreadable.set(path, "does not exist");
      else contents.set(path, Buffer.from(text));
    }
  }
  return facts;
}

function entry(path: string, kind: TreeEntry["kind"], text: string): TreeEntry {
  return { path, kind, objectId: createHash("sha1").update(`${kind} ${text}`).digest("hex") };
}
