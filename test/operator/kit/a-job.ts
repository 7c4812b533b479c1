import type { NotebookValidationJobObject } from "../../../src/kube/resources.js";

type Json = Record<string, unknown>;

/** Builds jobs as users would write them: `aJob().named("x").with({ retryPolicy: … }).build()`. */
export function aJob(): JobBuilder {
  return new JobBuilder({
    apiVersion: "mlops.mlops.dev/v1alpha1",
    kind: "NotebookValidationJob",
    metadata: { name: "titanic", namespace: "team-a", uid: "job-uid", generation: 1, resourceVersion: "1" },
    spec: {
      notebook: {
        git: { url: "https://git.example.com/team/notebooks.git", ref: "main" },
        path: "notebooks/titanic.ipynb",
      },
      podConfig: { containerImage: "registry.example.com/notebook:1" },
      retryPolicy: { jitter: false },
    },
  });
}

/** One whose pod needs the Secret `db` and the ConfigMap `settings`. */
export function aJobWithNeeds(): JobBuilder {
  const volumes = [
    { name: "db", secret: { secretName: "db" } },
    { name: "settings", configMap: { name: "settings" } },
  ];
  return aJob().with({ podConfig: { containerImage: "registry.example.com/notebook:1", volumes } });
}

class JobBuilder {
  constructor(private readonly job: Json & { metadata: Json; spec: Json }) {}

  named(name: string, namespace = "team-a"): JobBuilder {
    return this.meta({ name, namespace, uid: `${namespace}-${name}` });
  }

  meta(metadata: Json): JobBuilder {
    return new JobBuilder({ ...this.job, metadata: { ...this.job.metadata, ...metadata } });
  }

  /** Adds to the spec; `undefined` removes a field. */
  with(spec: Json): JobBuilder {
    return new JobBuilder({ ...this.job, spec: { ...this.job.spec, ...spec } });
  }

  suspended(suspend = true): JobBuilder {
    return this.with({ suspend });
  }

  annotated(annotations: Record<string, string>): JobBuilder {
    return this.meta({ annotations });
  }

  status(status: Json): JobBuilder {
    return new JobBuilder({ ...this.job, status });
  }

  build(): NotebookValidationJobObject {
    return structuredClone(this.job) as unknown as NotebookValidationJobObject;
  }

  /** Without what an API server fills in: for `create`. */
  draft(): NotebookValidationJobObject {
    const { uid: _u, generation: _g, resourceVersion: _r, ...metadata } = this.job.metadata;
    return structuredClone({ ...this.job, metadata }) as unknown as NotebookValidationJobObject;
  }
}
