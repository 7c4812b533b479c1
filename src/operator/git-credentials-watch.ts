import type { Logger } from "pino";
import { ANNOTATION_DERIVED_FROM } from "../api/index.js";
import { derivedGitSecretName, isDerivedFrom } from "../build/index.js";
import type { Clock } from "../kube/clock.js";
import type { Cluster } from "../kube/cluster.js";
import { Informer } from "../kube/informer.js";
import { keyOf, keyText } from "../kube/object-key.js";
import type { Random } from "../kube/random.js";
import { SECRETS, type Secret } from "../kube/resources.js";
import type { GitCredentialsSync } from "./git-credentials-sync.js";
import { WorkQueue } from "./work-queue.js";

export interface GitCredentialsWatchOptions {
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly sync: Pick<GitCredentialsSync, "refresh">;
  /** `access.secretWatchNamespaces`: those whose Secrets may be listed and watched. */
  readonly namespaces: readonly string[];
  /** Told when a Secret appears or changes, so that whoever waits for it looks again. @default nobody */
  readonly onSecret?: (namespace: string, name: string) => void;
}

/**
 * Sees at once when a Secret changes, in the namespaces that opted in, and has the Secret that was derived from it
 * follow. Of every Secret only its name, version and marks are kept: no values stay in memory.
 */
export class GitCredentialsWatch {
  readonly #options: GitCredentialsWatchOptions;
  readonly #secrets: Informer<Secret>;
  readonly #queue: WorkQueue;
  #work: Promise<void> | undefined;

  constructor(options: GitCredentialsWatchOptions) {
    this.#options = options;
    const { cluster, clock, random, logger, namespaces } = options;
    this.#queue = new WorkQueue({ clock, random, baseDelayMs: 1_000 });
    this.#secrets = new Informer({
      cluster,
      clock,
      random,
      namespaces,
      resource: SECRETS,
      transform: withoutValues,
      onError: (error) => logger.warn({ err: error }, "watching Secrets is interrupted; it goes on by itself"),
    });
    this.#secrets.addHandler({
      added: (secret) => this.#changed(secret),
      updated: (secret) => this.#changed(secret),
    });
  }

  /** Begins to watch, until {@link stop}. */
  start(): void {
    if (this.#work !== undefined) return;
    this.#secrets.start();
    this.#work = this.#follow();
  }

  /** Resolves when nothing is under way any more. */
  async stop(): Promise<void> {
    this.#queue.close();
    await this.#secrets.stop();
    await this.#work;
  }

  #changed(secret: Secret): void {
    const { namespace = "", name } = secret.metadata;
    this.#options.onSecret?.(namespace, name);
    const source = secret.metadata.annotations?.[ANNOTATION_DERIVED_FROM];
    if (source !== undefined && isDerivedFrom(secret, source)) {
      this.#queue.add(keyText({ namespace, name: source }));
    } else if (this.#secrets.get({ namespace, name: derivedGitSecretName(name) }) !== undefined) {
      this.#queue.add(keyText(keyOf(secret)));
    }
  }

  async #follow(): Promise<void> {
    const { sync, logger } = this.#options;
    for (let key = await this.#queue.take(); key !== undefined; key = await this.#queue.take()) {
      const [namespace = "", name = ""] = key.split("/");
      try {
        const answer = await sync.refresh(namespace, name);
        if (answer?.kind === "failed") {
          logger.warn({ secret: key, reason: answer.reason }, answer.message);
          // A Secret that is wrong is looked at again when it changes.
          if (answer.reason === "ApiTransient") this.#queue.addAfterFailure(key);
        } else this.#queue.forget(key);
      } catch (error) {
        logger.error({ err: error, secret: key }, "a derived Secret could not be kept equal to its source");
        this.#queue.addAfterFailure(key);
      } finally {
        this.#queue.done(key);
      }
    }
  }
}

function withoutValues({ apiVersion, kind, metadata, type }: Secret): Secret {
  const { name, namespace, uid, resourceVersion, labels, annotations } = metadata;
  const { "kubectl.kubernetes.io/last-applied-configuration": _values, ...marks } = annotations ?? {};
  return {
    apiVersion,
    kind,
    ...(type === undefined ? {} : { type }),
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      ...(uid === undefined ? {} : { uid }),
      ...(resourceVersion === undefined ? {} : { resourceVersion }),
      ...(labels === undefined ? {} : { labels }),
      annotations: marks,
    },
  };
}
