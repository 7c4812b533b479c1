import type { Logger } from "pino";
import type { OperatorConfig } from "../../api/index.js";
import { type BuildPlan, wantsDerivedGitSecret } from "../../build/index.js";
import type { Clock } from "../../kube/clock.js";
import type { Cluster } from "../../kube/cluster.js";
import { KubeError } from "../../kube/kube-error.js";
import type { Random } from "../../kube/random.js";
import { failureOf } from "../../recovery/index.js";
import { GitCredentialsSync } from "../git-credentials-sync.js";
import { GitCredentialsWatch } from "../git-credentials-watch.js";
import type { EffectResult } from "../refusal.js";

export interface DerivedGitCredentialsOptions {
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly config: Pick<OperatorConfig, "git" | "access">;
  /** Told when a Secret appears or changes, in the namespaces that are watched. @default nobody */
  readonly onSecret?: (namespace: string, name: string) => void;
}

/** Git Secrets that builds ask for (`strategyConfig.gitCredentials: annotated-secret`): there before, and equal ever after. */
export class DerivedGitCredentials {
  readonly #logger: Logger;
  readonly #sync: GitCredentialsSync;
  readonly #watch: GitCredentialsWatch | undefined;

  constructor(options: DerivedGitCredentialsOptions) {
    const { secretWatchNamespaces, derivedSecretNamespaces } = options.config.access;
    this.#logger = options.logger;
    this.#sync = new GitCredentialsSync(options);
    const namespaces = secretWatchNamespaces.filter((each) => derivedSecretNamespaces.includes(each));
    if (namespaces.length > 0) this.#watch = new GitCredentialsWatch({ ...options, sync: this.#sync, namespaces });
  }

  /** Begins to watch, in the namespaces that opted in. */
  start(): void {
    this.#watch?.start();
  }

  async stop(): Promise<void> {
    await this.#watch?.stop();
  }

  /**
   * Makes what a build needs before it starts.
   * @returns why it can't start; `undefined` when nothing stands in its way
   * @throws KubeError when it may work later
   */
  async prepare({ namespace, source, strategyConfig }: BuildPlan): Promise<EffectResult | undefined> {
    const { credentialsSecret: secret, url } = source;
    if (secret === undefined || !wantsDerivedGitSecret(strategyConfig)) return undefined;
    const answer = await this.#sync.ensure({ namespace, secret, url });
    if (answer.kind === "ready") {
      if (answer.warning !== undefined) this.#logger.warn({ namespace }, answer.warning);
      return undefined;
    }
    const { reason, message } = answer;
    if (reason === "ApiTransient") throw new KubeError({ reason: "ServiceUnavailable", message });
    return { kind: "refused", failure: failureOf(reason, { message }) };
  }
}
