import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Condition, LEASE_NAME, OPERATOR_NAMESPACE } from "../../src/api/index.js";
import {
  isKubeError,
  LEASES,
  NAMESPACES,
  NOTEBOOK_VALIDATION_JOBS,
  objectOf,
  PODS,
  type Pod,
  type Resource,
  SERVICE_ACCOUNTS,
} from "../../src/kube/index.js";
import { LiveCluster, loadKubeConfig } from "../../src/kube/live/index.js";
import { type ControlPlane, startControlPlane } from "../cluster/control-plane.js";
import { type GitHttpServer, startGitHttpServer } from "../source/git-http-server.js";
import { makeRepository } from "../source/git-repository.js";
import { bundledNbv, type Nbv } from "./nbv.js";
import { OperatorProcess } from "./operator-process.js";

export const SERVERS_OFF = ["--metrics-address", "off", "--webhook-address", "off"];
export const LEASE = { namespace: OPERATOR_NAMESPACE, name: LEASE_NAME };
/** Where {@link OperatorBench.submit} puts its jobs. */
export const JOBS = "jobs";

/** A real API server without nodes, a Git server, and operators as processes of their own. */
export class OperatorBench {
  readonly #running: OperatorProcess[] = [];

  private constructor(
    readonly controlPlane: ControlPlane,
    readonly cluster: LiveCluster,
    /** For files of the tests. */
    readonly directory: string,
    private readonly git: GitHttpServer,
    private readonly nbv: Nbv,
  ) {}

  static async create(): Promise<OperatorBench> {
    const nbv = bundledNbv();
    const directory = mkdtempSync(join(tmpdir(), "nbv-operator-"));
    makeRepository(join(directory, "repository.git")).commit({ "a.ipynb": "{}" });
    writeFileSync(join(directory, "config.yaml"), "git:\n  allowLoopback: true\n");
    const git = await startGitHttpServer({ root: directory });
    const controlPlane = await startControlPlane();
    const cluster = new LiveCluster(loadKubeConfig({ path: controlPlane.kubeconfig }));
    return new OperatorBench(controlPlane, cluster, directory, git, nbv);
  }

  /** An operator with health on a free port; other servers only when the options say so. */
  start(options: readonly string[] = SERVERS_OFF): OperatorProcess {
    const standard = ["--kubeconfig", this.controlPlane.kubeconfig, "--config", join(this.directory, "config.yaml")];
    const operator = new OperatorProcess(this.nbv.file, [...standard, "--health-address", "127.0.0.1:0", ...options]);
    this.#running.push(operator);
    return operator;
  }

  /** Ends all operators that still run. */
  async clear(): Promise<void> {
    await Promise.all(this.#running.splice(0).map((each) => each.kill()));
  }

  async stop(): Promise<void> {
    await this.git.close();
    await this.cluster.close();
    await this.controlPlane.stop();
    this.nbv.remove();
    rmSync(this.directory, { recursive: true, force: true });
  }

  async namespace(name: string): Promise<void> {
    await this.#ensure(NAMESPACES, { name });
  }

  async submit(name: string): Promise<void> {
    await this.namespace(JOBS);
    await this.cluster.create(NOTEBOOK_VALIDATION_JOBS, {
      ...objectOf(NOTEBOOK_VALIDATION_JOBS, { metadata: { namespace: JOBS, name } }),
      spec: {
        notebook: { git: { url: `${this.git.base}/repository.git`, ref: "main" }, path: "a.ipynb" },
        podConfig: { containerImage: "registry.example.com/notebook:1" },
        retryPolicy: { maxRetries: 0 },
      },
    });
  }

  async conditionsOf(name: string): Promise<Condition[]> {
    const job = await this.cluster.get(NOTEBOOK_VALIDATION_JOBS, { namespace: JOBS, name });
    return (job.status as { conditions?: Condition[] } | undefined)?.conditions ?? [];
  }

  async condition(name: string, type: string): Promise<Condition | undefined> {
    return (await this.conditionsOf(name)).find((each) => each.type === type);
  }

  async podsOf(name: string): Promise<Pod[]> {
    return (await this.cluster.list(PODS, { namespace: JOBS, labelSelector: `mlops.dev/job=${name}` })).items;
  }

  /** Who holds the operator's lease. */
  async holder(): Promise<string | undefined> {
    return (await this.cluster.get(LEASES, LEASE)).spec?.holderIdentity;
  }

  /** What an account of the namespace `monitoring` says who it is with. */
  async tokenOf(account: string): Promise<string> {
    await this.#ensure(SERVICE_ACCOUNTS, { namespace: "monitoring", name: account });
    // A subresource, which a collection of that name stands for here.
    const tokens: Resource = {
      group: "",
      version: "v1",
      kind: "TokenRequest",
      plural: `serviceaccounts/${account}/token`,
      namespaced: true,
      review: true,
    };
    const answer = await this.cluster.create(tokens, {
      apiVersion: "authentication.k8s.io/v1",
      kind: "TokenRequest",
      metadata: { name: "", namespace: "monitoring" },
      ...{ spec: {} },
    });
    return `Bearer ${(answer as unknown as { status: { token: string } }).status.token}`;
  }

  /** Lets an account of the namespace `monitoring` read metrics. */
  async allow(account: string): Promise<void> {
    const rbac = { group: "rbac.authorization.k8s.io", version: "v1", namespaced: false };
    const roles: Resource = { ...rbac, kind: "ClusterRole", plural: "clusterroles" };
    const bindings: Resource = { ...rbac, kind: "ClusterRoleBinding", plural: "clusterrolebindings" };
    const rules = [{ nonResourceURLs: ["/metrics"], verbs: ["get"] }];
    await this.cluster.create(roles, objectOf(roles, { metadata: { name: "metrics" }, ...{ rules } }));
    await this.cluster.create(
      bindings,
      objectOf(bindings, {
        metadata: { name: "metrics" },
        ...{
          roleRef: { apiGroup: rbac.group, kind: "ClusterRole", name: "metrics" },
          subjects: [{ kind: "ServiceAccount", name: account, namespace: "monitoring" }],
        },
      }),
    );
  }

  async #ensure(resource: Resource, metadata: { name: string; namespace?: string }): Promise<void> {
    await this.cluster.create(resource, objectOf(resource, { metadata })).catch((error: unknown) => {
      if (!isKubeError(error, "AlreadyExists")) throw error;
    });
  }
}
