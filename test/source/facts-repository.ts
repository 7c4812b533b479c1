import { symlinkSync } from "node:fs";
import { join } from "node:path";
import type { SourceFacts } from "../../src/build/index.js";
import type { GitPolicy } from "../../src/operator/source/git-policy.js";
import { GitSourceReader } from "../../src/operator/source/git-source-reader.js";
import type { SourceDossier } from "../../src/operator/source-reader.js";
import { makeRepository, type TestRepository } from "./git-repository.js";
import { POLICY, type ServedRepository, serveRepository } from "./served-repository.js";

/** How facts are read; of the repository's only commit, openly, unless it says otherwise. */
export interface Reading {
  readonly name?: string;
  readonly base?: string;
  readonly at?: string;
  readonly ref?: string;
  readonly credentials?: Record<string, string>;
  readonly known?: SourceDossier;
  readonly policy?: GitPolicy;
}

/** A repository with requirements, links, and files too large to be read, whose servers can leave files out. */
export class FactsRepository {
  private constructor(
    readonly served: ServedRepository,
    readonly commit: string,
  ) {}

  static async serve(): Promise<FactsRepository> {
    const served = await serveRepository();
    const { repository } = served;
    beFiltered(repository);
    symlinkSync("envs/prod", join(repository.directory, "current"));
    symlinkSync("requirements.txt", join(repository.directory, "alias.txt"));
    symlinkSync("/etc/passwd", join(repository.directory, "passwd"));
    symlinkSync("loop", join(repository.directory, "loop"));
    const commit = repository.commit({
      "requirements.txt": "numpy==2.0.0\n-r envs/prod/more.txt\n",
      "envs/prod/more.txt": "pandas==2.2.0\r\n",
      "notebooks/a.ipynb": "{}",
      "big.bin": Buffer.alloc(17 * 1024 ** 2, "x"),
      "weights.txt": "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 5\n",
    });
    return new FactsRepository(served, commit);
  }

  /**
   * Another repository of the same servers.
   * @param canFilter whether the server can leave files out
   */
  make(name: string, canFilter = true): TestRepository {
    const made = makeRepository(join(this.served.root, name));
    beFiltered(made, canFilter);
    return made;
  }

  async read(
    wanted: readonly string[],
    reading: Reading = {},
  ): Promise<{ facts: SourceFacts; dossier: SourceDossier }> {
    const { name = "repo", base = this.served.open.base, at = this.commit, ref = "main", credentials, known } = reading;
    const request = { url: `${base}/${name}`, commit: at, ref, ...(credentials && { credentials }) };
    const reader = new GitSourceReader(reading.policy ?? POLICY);
    const { facts, dossier } = await reader.read(request, [() => wanted], known, new AbortController().signal);
    return { facts: facts[0] as SourceFacts, dossier };
  }

  close(): Promise<void> {
    return this.served.close();
  }
}

export function textOf(facts: SourceFacts, path: string): string | undefined {
  const content = facts.files.get(path);
  return content && Buffer.from(content).toString("utf8");
}

function beFiltered(repository: TestRepository, canFilter = true): void {
  repository.git("config", "uploadpack.allowFilter", String(canFilter));
  repository.git("config", "uploadpack.allowAnySHA1InWant", String(canFilter));
}
