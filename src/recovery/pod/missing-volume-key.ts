import type { Pod, Volume } from "kubernetes-types/core/v1.js";
import type { MissingObject } from "../failure.js";

/** As a kubelet says it; which Secret or ConfigMap it is, only the pod tells. */
const WORDS =
  /failed for volume "([^"]{1,253})".{0,64}references non-existent (secret|config) key: ([-A-Za-z0-9_.]{1,253})/;

interface KeySource {
  readonly name?: string | undefined;
  readonly items?: readonly { readonly key: string }[] | undefined;
}

/** The Secret or ConfigMap of a volume that lacks a key which the pod asks for, by the words of a failed mount. */
export function missingVolumeKey(message: string, pod: Pod): MissingObject | undefined {
  const [, volumeName, what, key] = WORDS.exec(message) ?? [];
  const volume = pod.spec?.volumes?.find(({ name }) => name === volumeName);
  if (volume === undefined || key === undefined) return undefined;
  const sources = what === "secret" ? secretsOf(volume) : configMapsOf(volume);
  const source = sources.find(({ items }) => items?.some((item) => item.key === key));
  if (source?.name === undefined) return undefined;
  return { kind: what === "secret" ? "Secret" : "ConfigMap", name: source.name, key };
}

function secretsOf({ secret, projected }: Volume): KeySource[] {
  const own = secret && { name: secret.secretName, items: secret.items };
  return [...(own ? [own] : []), ...(projected?.sources ?? []).flatMap((each) => each.secret ?? [])];
}

function configMapsOf({ configMap, projected }: Volume): KeySource[] {
  return [...(configMap ? [configMap] : []), ...(projected?.sources ?? []).flatMap((each) => each.configMap ?? [])];
}
