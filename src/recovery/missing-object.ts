import type { MissingObject } from "./failure.js";

/** Names of Kubernetes objects, and keys of Secrets and ConfigMaps: neither is longer, or holds anything else. */
const NAME = "[A-Za-z0-9][-A-Za-z0-9_.]{0,252}";
const DATA_KEY = "[-A-Za-z0-9_.]{1,253}";
const KINDS: Readonly<Record<string, MissingObject["kind"]>> = {
  secret: "Secret",
  configmap: "ConfigMap",
  persistentvolumeclaim: "PersistentVolumeClaim",
};

/** `secret "db" not found`, as kubelets and schedulers say it; with the plural also the API server's words about a claim. */
const OBJECT = new RegExp(`\\b(secret|configmap|persistentvolumeclaim)s? "(${NAME})" not found`, "i");
/** `couldn't find key token in Secret team-a/db`, of a variable. */
const KEY = new RegExp(`couldn't find key (${DATA_KEY}) in (Secret|ConfigMap) (?:${NAME}/)?(${NAME})`, "i");

/** The first object that an error says to be missing, or to lack a key; `undefined` when it names none. */
export function missingObjectIn(message: string | undefined): MissingObject | undefined {
  const [, kind = "", name] = OBJECT.exec(message ?? "") ?? [];
  if (name !== undefined) return missing(kind, name);
  const [, key, keyKind = "", holder] = KEY.exec(message ?? "") ?? [];
  return holder === undefined || key === undefined ? undefined : missing(keyKind, holder, key);
}

function missing(kind: string, name: string, key?: string): MissingObject | undefined {
  const known = KINDS[kind.toLowerCase()];
  return known && { kind: known, name, ...(key !== undefined && { key }) };
}
