import type { Container, Pod, VolumeMount } from "kubernetes-types/core/v1.js";
import {
  type PodSettings,
  runnerConfig,
  type ValidationPodRequest,
  validationPod,
} from "../../src/validation/index.js";

/** What its runner is told. */
export const config = runnerConfig({
  job: { name: "train", namespace: "team-a" },
  runId: "3f9a1c2b7d4e",
  attempt: 2,
  commit: "c0ffee",
  notebook: { path: "notebooks/train.ipynb", parameters: { epochs: 1 } },
  validationTimeoutMs: 1_800_000,
  cellTimeoutMs: 60_000,
  kernelStartTimeoutMs: 120_000,
  validationConfig: { level: "staging", expectedLogs: [{ pattern: "done" }] },
  storeOutputs: true,
  secretEnv: ["TOKEN"],
});

export function aRequest(more: Partial<ValidationPodRequest> = {}): ValidationPodRequest {
  return {
    job: { name: "train", namespace: "team-a", uid: "0b1f6a3e" },
    runId: "3f9a1c2b7d4e",
    attempt: 2,
    source: {
      kind: "git",
      url: "https://git.example.com/a/b.git",
      commit: "c0ffee",
      ref: "main",
      credentialsSecret: "git",
    },
    image: "registry.example.com/train:1",
    fetcher: { image: "operator:1" },
    sealFor: "B6N8vBQgk8i3VdwbEOhstCa3StFqqFPtC9_AsrhtHHw",
    proof: "proof-of-the-operator",
    config,
    ...more,
  };
}

/** The pod of an attempt at a notebook of a private repository. */
export function podOf(more: Partial<ValidationPodRequest> = {}): Pod {
  return validationPod(aRequest(more));
}

/** The same, with these settings of the job. */
export function withPod(pod: PodSettings): Pod {
  return podOf({ pod });
}

/** The container that fetches the source. */
export function fetcher(pod: Pod): Container {
  const [container] = pod.spec?.initContainers ?? [];
  if (!container) throw new Error("no init container");
  return container;
}

/** The container that runs the notebook. */
export function notebook(pod: Pod): Container {
  const [container] = pod.spec?.containers ?? [];
  if (!container) throw new Error("no container");
  return container;
}

export function variablesOf({ env = [] }: Container): Record<string, string | undefined> {
  return Object.fromEntries(env.map(({ name, value }) => [name, value]));
}

export function mountPaths(container: Container): string[] {
  return (container.volumeMounts ?? []).map(({ mountPath }: VolumeMount) => mountPath);
}
