import type { ListOptions, ObjectList } from "../cluster.js";
import { cloneJson } from "../json.js";
import { KubeError } from "../kube-error.js";
import { keyOf, keyText } from "../object-key.js";
import type { ResourceDefinition, StoredObject } from "./definition.js";
import { compileSelection } from "./selection.js";
import type { Storage } from "./storage.js";

/** Where the next page begins: the snapshot's revision and the last key that was given out. */
interface ContinueToken {
  readonly revision: number;
  readonly after: string;
}

/** One page, in order of namespace and name, of the snapshot that the first page began. */
export function listPage(
  storage: Storage,
  definition: ResourceDefinition,
  options: ListOptions,
): ObjectList<StoredObject> {
  const selects = compileSelection(definition, options);
  const token = options.continue === undefined ? undefined : decode(options.continue);
  const revision = token?.revision ?? storage.revision;
  const objects =
    token === undefined ? storage.all(definition.resource) : snapshot(storage, definition, token.revision);
  const found = objects
    .filter(selects)
    .map((object) => ({ key: keyText(keyOf(object)), object }))
    .filter(({ key }) => token === undefined || key > token.after)
    .sort((a, b) => (a.key < b.key ? -1 : 1));
  const page = found.slice(0, options.limit || undefined);
  const last = page.at(-1);
  return {
    items: page.map(({ object }) => cloneJson(object)),
    resourceVersion: String(revision),
    ...(last === undefined || page.length === found.length ? {} : { continue: encode({ revision, after: last.key }) }),
  };
}

function snapshot(storage: Storage, definition: ResourceDefinition, revision: number): StoredObject[] {
  try {
    return storage.allAt(definition.resource, revision);
  } catch (cause) {
    throw new KubeError({
      reason: "Gone",
      message: "The provided continue parameter is too old to display a consistent list result: start a new list",
      cause,
    });
  }
}

function encode(token: ContinueToken): string {
  return Buffer.from(JSON.stringify([token.revision, token.after])).toString("base64url");
}

function decode(text: string): ContinueToken {
  try {
    const [revision, after] = JSON.parse(Buffer.from(text, "base64url").toString()) as unknown[];
    if (Number.isInteger(revision) && typeof after === "string") return { revision: revision as number, after };
  } catch {
    // answered below
  }
  throw new KubeError({ reason: "BadRequest", message: "continue key is not valid" });
}
