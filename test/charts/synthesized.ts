import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseAllDocuments } from "yaml";
import { notebookValidatorApp } from "../../charts/notebook-validator-app.js";
import type { PolicyObject } from "../../src/constructs/index.js";

/** What this repository ships, synthesized now: file name → bytes, in apply order. */
export function synthesize(): ReadonlyMap<string, string> {
  const outdir = mkdtempSync(join(tmpdir(), "nbv-synth-"));
  try {
    notebookValidatorApp({ outdir, recordConstructMetadata: false }).synth();
    return new Map(
      readdirSync(outdir)
        .sort()
        .map((file) => [file, readFileSync(join(outdir, file), "utf8")]),
    );
  } finally {
    rmSync(outdir, { recursive: true, force: true });
  }
}

/** The documents of a YAML text. */
export function documents(text: string): PolicyObject[] {
  return parseAllDocuments(text)
    .map((document) => document.toJS() as PolicyObject | null)
    .filter((object) => object !== null);
}
