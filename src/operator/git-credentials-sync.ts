import type { Logger } from "pino";
import type { OperatorConfig } from "../api/index.js";
import {
  type Derivation,
  type DerivedCredentials,
  derivedGitSecretName,
  type GitSecret,
  hostsOf,
  isDerivedFrom,
  planDerivedGitSecret,
  tektonHost,
} from "../build/index.js";
import type { Cluster } from "../kube/cluster.js";
import { isKubeError } from "../kube/kube-error.js";
import { objectOf, SECRETS, type Secret } from "../kube/resources.js";
import type { FailureReason } from "../recovery/index.js";
import { readCredentials } from "./source/credentials.js";
import { parseGitUrl } from "./source/git-url.js";
import { SourceError } from "./source-resolver.js";

/** Which Secret a build's ServiceAccount is to have, and for what. */
export interface DerivedSecretQuestion {
  readonly namespace: string;
  /** The Secret that the job names. */
  readonly secret: string;
  /** Repository of the job. */
  readonly url: string;
}

/** What became of it. */
export type DerivedSecretAnswer =
  | { readonly kind: "ready"; readonly name: string; readonly warning?: string }
  /** `message` is one sentence, free of credentials. */
  | { readonly kind: "failed"; readonly reason: FailureReason; readonly message: string };

export interface GitCredentialsSyncOptions {
  readonly cluster: Pick<Cluster, "get" | "create" | "patch" | "delete">;
  readonly logger: Logger;
  /** `git.knownHosts` stands in where a Secret with an ssh key names no hosts. */
  readonly config: Pick<OperatorConfig, "git">;
}

/** Times that somebody else may write the Secret between our look and our write. */
const TRIES = 4;

/**
 * Keeps `<secret>-tekton` Secrets equal to the Secrets that they were made from, for Pipelines whose Tasks get their Git
 * credentials from Tekton's own initialization. Secrets that the operator did not make are never touched.
 */
export class GitCredentialsSync {
  readonly #options: GitCredentialsSyncOptions;
  /** Work under way by Secret: two jobs never write one at the same time. */
  readonly #underWay = new Map<string, Promise<unknown>>();

  constructor(options: GitCredentialsSyncOptions) {
    this.#options = options;
  }

  /** Makes the derived Secret, or makes it equal to its source, before a build of the job needs it. */
  async ensure({ namespace, secret, url }: DerivedSecretQuestion): Promise<DerivedSecretAnswer> {
    return await this.#inTurn(namespace, secret, async () => {
      const remote = remoteOf(url);
      const host = tektonHost(remote);
      if (host === undefined) return refused(`${remote.scheme}:// takes no credentials`);
      return await this.#sync(namespace, secret, [{ ...remote, tektonHost: host }]);
    });
  }

  /**
   * Makes a derived Secret that is there equal to its source: for its watch. One that is not there, or that somebody
   * else made, is no concern.
   */
  async refresh(namespace: string, secret: string): Promise<DerivedSecretAnswer | undefined> {
    return await this.#inTurn(namespace, secret, async () => {
      const derived = await this.#read(namespace, derivedGitSecretName(secret));
      if (derived === undefined || !isDerivedFrom(derived, secret)) return undefined;
      const scheme = derived.type === "kubernetes.io/ssh-auth" ? "ssh" : "https";
      const remotes = hostsOf(derived).map((host) => ({ ...remoteOfHost(host, scheme), tektonHost: host }));
      return remotes.length === 0 ? undefined : await this.#sync(namespace, secret, remotes);
    });
  }

  async #inTurn<T>(
    namespace: string,
    secret: string,
    work: () => Promise<T>,
  ): Promise<T | Extract<DerivedSecretAnswer, { kind: "failed" }>> {
    const key = `${namespace}/${secret}`;
    const before = this.#underWay.get(key) ?? Promise.resolve();
    const mine = before.then(work).catch((error: unknown) => failureOf(error, namespace, secret));
    this.#underWay.set(key, mine);
    try {
      return await mine;
    } finally {
      if (this.#underWay.get(key) === mine) this.#underWay.delete(key);
    }
  }

  async #sync(namespace: string, name: string, remotes: readonly DerivedRemote[]): Promise<DerivedSecretAnswer> {
    for (let attempt = 1; ; attempt += 1) {
      const source = await this.#options.cluster.get(SECRETS, { namespace, name });
      const existing = await this.#read(namespace, derivedGitSecretName(name));
      const plan = planDerivedGitSecret({
        source,
        existing,
        credentials: this.#credentials(source, withUser(remotes[0], existing, name)),
        hosts: remotes.map(({ tektonHost: host }) => host),
        servesBothTransports: (["https", "ssh"] as const).every((scheme) => serves(source, scheme)),
      });
      try {
        return await this.#carryOut(plan, source, existing);
      } catch (error) {
        // Somebody was faster: what they wrote decides anew.
        const isRace = isKubeError(error, "AlreadyExists", "Conflict");
        if (!isRace || attempt >= TRIES) throw error;
      }
    }
  }

  async #carryOut(plan: Derivation, source: Secret, existing: Secret | undefined): Promise<DerivedSecretAnswer> {
    const { cluster, logger } = this.#options;
    const { namespace = "" } = source.metadata;
    const key = { namespace, name: derivedGitSecretName(source.metadata.name) };
    const ready = { kind: "ready", name: key.name } as const;
    switch (plan.kind) {
      case "keep":
        return ready;
      case "unmanaged":
        return {
          ...ready,
          warning: `the Secret ${key.name} was not made by the operator: it is used as it is, and not kept equal to ${source.metadata.name}`,
        };
      case "refused":
        return refused(plan.message);
      case "create":
        await cluster.create(SECRETS, objectOf(SECRETS, plan.secret));
        break;
      case "replace":
        await cluster.delete(SECRETS, key, precondition(existing));
        await cluster.create(SECRETS, objectOf(SECRETS, plan.secret));
        break;
      case "update":
        await cluster.patch(SECRETS, key, updateOf(plan.secret, existing));
        break;
    }
    logger.info({ secret: `${namespace}/${key.name}`, hosts: hostsOf(plan.secret) }, "Git credentials taken over");
    return ready;
  }

  async #read(namespace: string, name: string): Promise<Secret | undefined> {
    try {
      return await this.#options.cluster.get(SECRETS, { namespace, name });
    } catch (error) {
      if (isKubeError(error, "NotFound")) return undefined;
      throw error;
    }
  }

  #credentials(source: Secret, remote: DerivedRemote | undefined): DerivedCredentials {
    if (remote === undefined) throw new SourceError("GitAuthFailed", "there is no Git server to log in to");
    const credentials = readCredentials(decoded(source), { ...remote, url: "" });
    if (credentials.kind === "anonymous") {
      throw new SourceError("GitAuthFailed", `${remote.scheme}:// takes no credentials`);
    }
    if (credentials.kind === "password") return credentials;
    const knownHosts = [credentials.knownHosts, this.#options.config.git.knownHosts].find(
      (text) => text !== undefined && text.trim() !== "",
    );
    if (knownHosts === undefined) {
      // Tekton would then trust whoever answers.
      throw new SourceError(
        "GitUntrusted",
        `the Secret ${source.metadata.name} has no known_hosts, and the operator's git.knownHosts is empty: add the output of ssh-keyscan, after checking it`,
      );
    }
    return { kind: "ssh-key", privateKey: credentials.privateKey, knownHosts };
  }
}

interface DerivedRemote {
  readonly scheme: "https" | "http" | "ssh" | "git";
  readonly host: string;
  readonly port: number;
  readonly user?: string;
  readonly tektonHost: string;
}

function remoteOf(url: string): Omit<DerivedRemote, "tektonHost"> {
  const { scheme, host, port, user } = parseGitUrl(url);
  return { scheme, host, port, ...(user === undefined ? {} : { user }) };
}

/** A server as an annotation names it. */
function remoteOfHost(host: string, scheme: "https" | "ssh"): Omit<DerivedRemote, "tektonHost"> {
  return remoteOf(`${host.includes("://") ? host : `${scheme}://${host}`}/any`);
}

/** A login name that only a URL told is kept: annotations name servers alone. */
function withUser(
  remote: DerivedRemote | undefined,
  existing: Secret | undefined,
  source: string,
): DerivedRemote | undefined {
  if (remote === undefined || remote.user !== undefined || existing === undefined) return remote;
  const user = isDerivedFrom(existing, source) ? decoded(existing)["username"] : undefined;
  return user === undefined ? remote : { ...remote, user };
}

function serves(source: Secret, scheme: "https" | "ssh"): boolean {
  try {
    return readCredentials(decoded(source), { scheme, host: "any", port: 1, url: "" }).kind !== "anonymous";
  } catch (error) {
    if (error instanceof SourceError) return false;
    throw error;
  }
}

function decoded({ data = {} }: GitSecret): Record<string, string> {
  return Object.fromEntries(
    Object.entries(data).map(([field, value]) => [field, Buffer.from(value, "base64").toString("utf8")]),
  );
}

/** Foreign labels and annotations stay, fields of before that are no longer wanted go. */
function updateOf(wanted: GitSecret, existing: Secret | undefined): { readonly [field: string]: unknown } {
  const gone = (now: object | undefined, kept: object | undefined, isOurs: (key: string) => boolean) =>
    Object.fromEntries(
      Object.keys(now ?? {})
        .filter((key) => isOurs(key) && !(key in (kept ?? {})))
        .map((key) => [key, null]),
    );
  const { labels, annotations, ownerReferences } = wanted.metadata;
  return {
    metadata: {
      ...precondition(existing),
      labels,
      annotations: {
        ...gone(existing?.metadata.annotations, annotations, (key) => key.startsWith("tekton.dev/git-")),
        ...annotations,
      },
      ownerReferences,
    },
    data: { ...gone(existing?.data, wanted.data, () => true), ...wanted.data },
  };
}

function precondition(existing: Secret | undefined): { resourceVersion?: string; uid?: string } {
  const { resourceVersion, uid } = existing?.metadata ?? {};
  return {
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
    ...(uid === undefined ? {} : { uid }),
  };
}

function refused(message: string): Extract<DerivedSecretAnswer, { kind: "failed" }> {
  return { kind: "failed", reason: "GitAuthFailed", message };
}

function failureOf(
  error: unknown,
  namespace: string,
  secret: string,
): Extract<DerivedSecretAnswer, { kind: "failed" }> {
  const failed = (reason: FailureReason, message: string) => ({ kind: "failed", reason, message }) as const;
  const name = derivedGitSecretName(secret);
  if (error instanceof SourceError) return failed(error.reason, error.message);
  if (isKubeError(error, "NotFound")) {
    return failed("SecretMissing", `the Secret ${secret} with the Git credentials does not exist`);
  }
  if (isKubeError(error, "Forbidden", "Unauthorized")) {
    return failed(
      "ApiForbidden",
      `the operator may not write the Secret ${name}: name ${namespace} in access.derivedSecretNamespaces of its configuration, which the constructs turn into a Role`,
    );
  }
  if (isKubeError(error)) return failed("ApiTransient", `the Secret ${name} could not be written: ${error.message}`);
  throw error;
}
