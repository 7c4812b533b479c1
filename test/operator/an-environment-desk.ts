import { effectiveSpec, parseOperatorConfig } from "../../src/api/index.js";
import { NotebookValidationJobSpec } from "../../src/api/v1alpha1/spec.js";
import { type SourceFacts, type TreeEntry } from "../../src/build/index.js";
import { ManualClock } from "../../src/kube/manual-clock.js";
import type { EnvironmentSeen } from "../../src/operator/decide/build-observation.js";
import { EnvironmentDesk, type EnvironmentDeskOptions } from "../../src/operator/environment-desk.js";
import { gatherFacts } from "../../src/operator/source/gather-facts.js";
import type {
  Content,
  SourceAnswer,
  SourceDossier,
  SourceFactsRequest,
  SourceReader,
} from "../../src/operator/source-reader.js";

/** Of the base image, as the registry tells it. */
export const baseDigest = `sha256:${"ba".repeat(32)}`;
const config = parseOperatorConfig({ registry: { host: "registry.local" } });

/** What a job asks about this commit. */
export function request(commit = "a".repeat(40), path = "notebooks/a.ipynb") {
  const git = { url: "https://git.example/x.git", ref: "main" };
  const podConfig = { buildConfig: { enabled: true } };
  const { build } = effectiveSpec(NotebookValidationJobSpec.parse({ notebook: { git, path }, podConfig }), config);
  if (build === undefined) throw new Error("nothing is built");
  const baseImage = "quay.io/base:1";
  return { namespace: "team-a", ...git, commit, notebook: path, build, baseImage, isInsecure: false };
}

/** A repository in memory that can be held up. */
class Repository implements SourceReader {
  readonly visits: { request: SourceFactsRequest; questions: number; known: boolean; signal: AbortSignal }[] = [];
  /** Resolves when the next visit may go on. */
  gate: Promise<void> = Promise.resolve();
  padding = 0;

  constructor(private readonly files: Readonly<Record<string, string>>) {}

  async read(...[request, questions, known, signal]: Parameters<SourceReader["read"]>): Promise<SourceAnswer> {
    this.visits.push({ request, questions: questions.length, known: known !== undefined, signal });
    await this.gate;
    const tree = new Map<string, TreeEntry>([["", { path: "", kind: "directory", objectId: "0" }]]);
    for (const path of Object.keys(this.files)) tree.set(path, { path, kind: "file", objectId: path });
    const contents = new Map<string, Content>([["padding", new Uint8Array(this.padding)]]);
    const read = (entries: readonly TreeEntry[]) =>
      Promise.resolve(new Map(entries.map(({ path }) => [path, Buffer.from(this.files[path] ?? "")])));
    const { commit } = request;
    const facts: SourceFacts[] = [];
    for (const wanted of questions) facts.push(await gatherFacts({ commit, tree }, wanted, read, contents));
    const dossier: SourceDossier = { commit, tree, contents, warnings: ["1 submodules are not fetched"] };
    return { dossier, facts };
  }
}

/** A desk over a repository in memory and a registry that knows its base image. */
export function anEnvironmentDesk(options: Partial<EnvironmentDeskOptions> = {}) {
  const clock = new ManualClock();
  const answered: string[] = [];
  const errors: unknown[] = [];
  const bases: string[] = [];
  const reader = new Repository({ "notebooks/a.ipynb": "{}", "requirements.txt": "numpy==2.0.0\n" });
  const desk = new EnvironmentDesk({
    clock,
    reader,
    registry: {
      digestOf: ({ host, path, tag }) => {
        bases.push(`${host}/${path}:${tag}`);
        return Promise.resolve(baseDigest);
      },
      find: () => Promise.resolve(undefined),
      tag: () => Promise.reject(new Error("not asked")),
    },
    readSecret: (_namespace, name) => Promise.resolve({ password: name }),
    onAnswer: (uid) => answered.push(uid),
    onError: (error) => errors.push(error),
    ...options,
  });
  return { desk, clock, answered, errors, reader, bases };
}

/** @throws Error when nothing was read */
export function readOf(seen: EnvironmentSeen) {
  if (seen.kind !== "read") throw new Error(JSON.stringify(seen));
  return seen;
}
