import type { BuildPlan, EnvironmentPlan } from "../../../src/build/index.js";

export const COMMIT = "0123456789abcdef0123456789abcdef01234567";
export const ENVIRONMENT_DIGEST = `sha256:${"ab12".repeat(16)}`;
export const REPOSITORY = "registry.example.org:5000/fraud/nbv-environments";
export const IMAGE_DIGEST = `sha256:${"cd34".repeat(16)}`;
export const GENERATED = 'FROM python:3.12\nUSER 0\nCOPY ["requirements.txt", "/opt/requirements.txt"]\nUSER 1001\n';

/** An environment with a generated Dockerfile. */
export function anEnvironment(changes: Partial<EnvironmentPlan> = {}): EnvironmentPlan {
  return {
    source: { kind: "requirements", path: "requirements.txt", reason: "it is beside the notebook" },
    dockerfile: { kind: "generated", text: GENERATED },
    context: ".",
    copies: ["requirements.txt"],
    buildArgs: {},
    labels: { "mlops.dev/environment-digest": ENVIRONMENT_DIGEST },
    digest: ENVIRONMENT_DIGEST,
    isPinned: true,
    isPinnedOnBase: true,
    includesSource: false,
    warnings: [],
    ...changes,
  };
}

/** A build that asks for nothing special. */
export function aBuildPlan(changes: Partial<BuildPlan> = {}): BuildPlan {
  return {
    name: "nbv-build-0123456789-1",
    namespace: "fraud",
    number: 1,
    key: "0123456789",
    flight: `0123456789${"ef".repeat(27)}`,
    owner: { name: "train", uid: "5f0c1f6e-0000-4000-8000-000000000001" },
    source: { url: "https://git.example.org/fraud/notebooks.git", ref: "main", commit: COMMIT },
    environment: anEnvironment(),
    destination: {
      repository: REPOSITORY,
      tag: "ab12ab12ab12",
      isInsecure: false,
      cacheRepository: "registry.example.org:5000/fraud/nbv-cache",
    },
    pod: {},
    settings: {
      fetcherImage: "ghcr.io/notebook-validator/notebook-validator-operator:v0.1.0",
      fetcherCommand: ["node", "/app/nbv.js", "fetch-source"],
      builderImage: "quay.io/buildah/stable:v1.40.1",
      storageDriver: "vfs",
      environment: {},
      caBundle: "",
      knownHosts: "",
      allowLoopback: false,
      plainHttpCredentialHosts: [],
    },
    strategyConfig: {},
    ...changes,
  };
}

/** A build that asks for everything that a job can ask for. */
export function aDemandingPlan(): BuildPlan {
  const plain = aBuildPlan();
  return {
    ...plain,
    source: { ...plain.source, credentialsSecret: "git" },
    environment: anEnvironment({
      dockerfile: { kind: "repository", path: "docker/Dockerfile", text: "FROM a AS base\nFROM base AS run\n" },
      context: "docker",
      buildArgs: { B: "two words; $HOME", A: "1" },
    }),
    destination: { ...plain.destination, pushSecret: "push", publishTag: "prod", isInsecure: true },
    pullSecret: "pull",
    cache: { enabled: true, type: "registry", ttl: "168h" },
    pod: {
      resources: { requests: { cpu: 0.5, memory: "2Gi" }, limits: { memory: "8Gi" } },
      serviceAccountName: "builder",
      nodeSelector: { disk: "fast" },
      tolerations: [{ key: "build", operator: "Exists" }],
      storage: "30Gi",
    },
    settings: {
      ...plain.settings,
      environment: { HTTPS_PROXY: "http://proxy.example.org:3128", PIP_INDEX_URL: "https://pypi.example.org/simple" },
      caBundle: "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n",
      knownHosts: "git.example.org ssh-ed25519 AAAA",
    },
  };
}
