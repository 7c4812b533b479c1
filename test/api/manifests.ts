import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { readYaml } from "../../src/cli/yaml-document.js";

const ROOT = join(process.cwd(), "test", "fixtures", "manifests");

/** Path of a fixture: `bad/strays.yaml`. */
export function fixturePath(name: string): string {
  return join(ROOT, name);
}

/** The manifests of one folder of fixtures: file name and its objects. */
export function manifests(
  folder: "go-operator" | "seeds" | "bad",
): [name: string, objects: Record<string, unknown>[]][] {
  return readdirSync(join(ROOT, folder)).map((file) => [`${folder}/${file}`, objectsOf(`${folder}/${file}`)]);
}

/** The objects of one fixture. */
export function objectsOf(name: string): Record<string, unknown>[] {
  const text = readFileSync(fixturePath(name), "utf8");
  return readYaml(text, name).map((document) => document.value as Record<string, unknown>);
}
