import type { Interceptor } from "../../../src/kube/memory/index.js";
import type { Pod } from "../../../src/kube/resources.js";
import { TestCluster } from "../kit/a-cluster.js";
import { aJob } from "../kit/a-job.js";
import { FakeOutside, type Files } from "../kit/fake-outside.js";
import { passingEvents } from "../kit/fake-runner.js";
import { environmentOf, FakeTekton, imageBuiltBy, tektonCrds } from "../kit/fake-tekton.js";

/** What the repository holds: an environment per directory. */
const FILES: Files = {
  "notebooks/requirements.txt": "pandas==2.2.3\n",
  ...Object.fromEntries([1, 2, 3, 4, 5].map((n) => [`env-${n}/requirements.txt`, `pandas==2.2.${n}\n`])),
};

/** A cluster with Tekton, a repository and a registry, each of which does as it is told, and an operator that builds. */
export class BuildingWorld extends TestCluster {
  readonly outside: FakeOutside;
  readonly tekton: FakeTekton;

  private constructor(config: object, crds: readonly object[], intercept?: Interceptor) {
    const outside = new FakeOutside(FILES);
    super({
      crds,
      config: { registry: { host: "registry.example.com" }, ...config },
      options: { build: "build", builder: outside },
      ...(intercept && { intercept }),
    });
    this.outside = outside;
    this.tekton = new FakeTekton(this.cluster, this.clock);
  }

  /** The world with its operator under way. @param config of the operator @param crds what is served besides jobs */
  static async start(
    config: object = {},
    crds: readonly object[] = tektonCrds(),
    intercept?: Interceptor,
  ): Promise<BuildingWorld> {
    const world = new BuildingWorld(config, crds, intercept);
    await world.startOperator();
    return world;
  }

  /** Builds go on until they are done, and everybody hears of it. */
  async finishBuilds(sizeBytes?: number): Promise<void> {
    for (const run of await this.tekton.runs()) this.outside.pushed(imageBuiltBy(run), environmentOf(run), sizeBytes);
    await this.tekton.finish();
    await this.pass(3_000);
  }

  /** The image of the first build. */
  async built(): Promise<string> {
    const [run] = await this.tekton.runs();
    if (run === undefined) throw new Error("nothing was built");
    return imageBuiltBy(run);
  }

  /** Every notebook passes. */
  async runPods(): Promise<void> {
    for (const pod of await this.pods())
      if (pod.status?.phase !== "Succeeded") await this.kubelet.run(pod, passingEvents());
    await this.pass(3_000);
  }
}

/** A job whose environment is that of its directory. */
export const aBuildingJob = (name: string, buildConfig: object = {}, directory = "notebooks") =>
  aJob()
    .named(name)
    .with({
      notebook: {
        git: { url: "https://git.example.com/team/notebooks.git", ref: "main" },
        path: `${directory}/a.ipynb`,
      },
      podConfig: { buildConfig: { enabled: true, ...buildConfig } },
    })
    .draft();

export function imageOf(pod: Pod): string | undefined {
  return pod.spec?.containers[0]?.image;
}
