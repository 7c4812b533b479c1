import type { WaitingFor, WaitKind } from "../../../api/index.js";

const THINGS: Readonly<Record<WaitKind, string>> = {
  Secret: "Secret",
  ConfigMap: "ConfigMap",
  PersistentVolumeClaim: "PersistentVolumeClaim",
  Node: "a node with room",
  Quota: "room in the quota",
  Volume: "its volumes",
  Image: "image",
  Registry: "the registry",
  Git: "the Git server",
  Models: "the models",
};

/** What is waited for: `Secret git-credentials`, `key token of Secret git-credentials`, `a node with room`. */
export function thingWords({ kind, name, key }: Pick<WaitingFor, "kind" | "name" | "key">): string {
  const thing = `${THINGS[kind]}${name === undefined ? "" : ` ${name}`}`;
  return key === undefined ? thing : `key ${key} of ${thing}`;
}
