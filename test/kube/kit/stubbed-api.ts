import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach } from "@jest/globals";
import { CONFIG_MAPS, type KubeError } from "../../../src/kube/index.js";
import { type KubeConfigSource, LiveCluster, loadKubeConfig } from "../../../src/kube/live/index.js";
import { type ApiStub, startApiStub, stubPki, writeKubeconfig } from "./api-stub.js";

/** A stub of an API server and a directory for each test of the file that makes this; its clients are closed after it. */
export class StubbedApi {
  stub!: ApiStub;
  directory!: string;
  #files!: Awaited<ReturnType<typeof stubPki>>;
  #tests = 0;
  readonly #clusters: LiveCluster[] = [];

  constructor() {
    beforeAll(async () => {
      this.#files = await stubPki();
    }, 30_000);
    afterAll(() => this.#files.remove());
    beforeEach(async () => {
      this.stub = await startApiStub(this.pki);
      this.directory = join(this.#files.directory, `test-${this.#tests++}`);
      await mkdir(this.directory);
    });
    afterEach(async () => {
      await Promise.all(this.#clusters.splice(0).map((cluster) => cluster.close()));
      await this.stub.stop();
    });
  }

  get pki(): Awaited<ReturnType<typeof stubPki>>["pki"] {
    return this.#files.pki;
  }

  connect(source: KubeConfigSource): LiveCluster {
    const cluster = new LiveCluster(loadKubeConfig(source));
    this.#clusters.push(cluster);
    return cluster;
  }

  /** The stub as a kubeconfig names it. */
  cluster(more: object = {}): Record<string, unknown> {
    return { server: `https://127.0.0.1:${this.stub.port}`, "certificate-authority": this.pki.authority, ...more };
  }

  /** A client by a kubeconfig with this user, in the test's directory. */
  async withUser(user: object, more: object = {}): Promise<LiveCluster> {
    const path = await writeKubeconfig(join(this.directory, "config"), this.cluster(more), { ...user });
    return this.connect({ path });
  }

  /** How the requests so far said who they are. */
  tokens(): (string | undefined)[] {
    return this.stub.seen.map(({ authorization }) => authorization);
  }
}

export const get = (cluster: LiveCluster): Promise<unknown> => cluster.get(CONFIG_MAPS, { namespace: "n", name: "a" });

export const create = (cluster: LiveCluster): Promise<unknown> =>
  cluster.create(CONFIG_MAPS, { apiVersion: "v1", kind: "ConfigMap", metadata: { namespace: "n", name: "a" } });

/** What a call fails with. @throws Error when it does not fail */
export const failed = (call: Promise<unknown>): Promise<KubeError> =>
  call.then(
    () => Promise.reject(new Error("no failure")),
    (error: unknown) => error as KubeError,
  );
