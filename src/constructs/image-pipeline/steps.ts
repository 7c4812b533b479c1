import type { TaskSpecSteps, TaskSpecStepTemplate } from "../../../imports/tekton.dev.js";
import {
  TaskSpecStepsComputeResourcesLimits,
  TaskSpecStepsComputeResourcesRequests,
} from "../../../imports/tekton.dev.js";

/** CPU and memory of the build step, as Kubernetes quantities. */
export interface StepResources {
  readonly requests: Readonly<Record<string, string>>;
  readonly limits: Readonly<Record<string, string>>;
}

export interface BuildStepsOptions {
  readonly fetcherImage: string;
  readonly buildahImage: string;
  readonly storageDriver: "vfs" | "overlay";
  readonly resources: StepResources;
}

const source = { name: "source", mountPath: "/nbv/source" };
const work = { name: "work", mountPath: "/nbv/work" };
const layers = { name: "layers", mountPath: "/var/lib/containers" };

/** Parameters reach scripts only as environment variables: these lines are the same for every build. */
const dockerfileScript = `#!/bin/sh
set -eu
inside() {
  real=$(realpath -- "/nbv/source/$1") || real=/
  case $real/ in
    /nbv/source/*) ;;
    *) echo "$1 leads out of the repository" >&2; exit 1 ;;
  esac
}
inside "$CONTEXT"
[ -d "$real" ] || { echo "the repository has no directory $CONTEXT" >&2; exit 1; }
if [ "$GENERATED_BOUND" = true ]; then
  cp -- "$GENERATED_PATH/Dockerfile" /nbv/work/Dockerfile
else
  inside "$DOCKERFILE"
  [ -f "$real" ] || { echo "the repository has no file $DOCKERFILE" >&2; exit 1; }
  cp -- "$real" /nbv/work/Dockerfile
fi
`;

const credentialsScript = `
if [ "$CREDENTIALS_BOUND" = true ]; then
  for file in .dockerconfigjson config.json; do
    if [ -f "$CREDENTIALS_PATH/$file" ]; then
      export REGISTRY_AUTH_FILE="$CREDENTIALS_PATH/$file"
    fi
  done
  [ -n "\${REGISTRY_AUTH_FILE:-}" ] || { echo "the registry Secret has no key .dockerconfigjson" >&2; exit 1; }
fi
`;

const buildScript = `#!/bin/sh
set -eu${credentialsScript}
exec buildah build --format=oci --layers --tls-verify="$TLS_VERIFY" --file=/nbv/work/Dockerfile \\
  --tag=localhost/nbv-build --iidfile=/nbv/work/image-id "$@" "/nbv/source/$CONTEXT"
`;

const pushScript = `#!/bin/sh
set -eu${credentialsScript}
buildah push --tls-verify="$TLS_VERIFY" --digestfile=/nbv/work/digest "$(cat /nbv/work/image-id)" "docker://$IMAGE"
digest=$(cat /nbv/work/digest)
printf %s "$GIT_COMMIT" | tee "$(results.commit.path)" > "$(results.CHAINS-GIT_COMMIT.path)"
printf %s "$GIT_URL" > "$(results.CHAINS-GIT_URL.path)"
printf %s "$IMAGE" | tee "$(results.image-url.path)" > "$(results.IMAGE_URL.path)"
printf %s "$digest" | tee "$(results.image-digest.path)" > "$(results.IMAGE_DIGEST.path)"
`;

/** What all steps have in common. */
export function buildStepTemplate(): TaskSpecStepTemplate {
  return { env: [{ name: "HOME", value: "/nbv/work" }] };
}

/** fetch → dockerfile → build → push. */
export function buildSteps(options: BuildStepsOptions): TaskSpecSteps[] {
  const unprivileged = {
    allowPrivilegeEscalation: false,
    capabilities: { drop: ["ALL"] },
    runAsNonRoot: true,
    runAsUser: 65532,
    seccompProfile: { type: "RuntimeDefault" },
  };
  // buildah's chroot isolation needs root in the container, default capabilities and user namespaces, which the
  // runtime's default seccomp profile forbids. Pod Security *baseline* admits a container that names no profile.
  const root = { runAsNonRoot: false, runAsUser: 0 };
  const buildahEnv = [
    { name: "BUILDAH_ISOLATION", value: "chroot" },
    { name: "STORAGE_DRIVER", value: options.storageDriver },
    { name: "TLS_VERIFY", value: "$(params.tls-verify)" },
  ];
  return [
    {
      name: "fetch",
      image: options.fetcherImage,
      command: ["node", "/app/nbv.js", "fetch-source"],
      args: [
        "--url=$(params.git-url)",
        "--commit=$(params.git-commit)",
        "--ref=$(params.git-ref)",
        "--credentials=/nbv/workspaces/git-credentials",
        "--into=/nbv/source",
      ],
      securityContext: unprivileged,
      volumeMounts: [source, work],
      workspaces: [{ name: "git-credentials", mountPath: "/nbv/workspaces/git-credentials" }],
    },
    {
      name: "dockerfile",
      image: options.fetcherImage,
      env: [
        { name: "GENERATED_BOUND", value: "$(workspaces.dockerfile.bound)" },
        { name: "GENERATED_PATH", value: "/nbv/workspaces/dockerfile" },
        { name: "DOCKERFILE", value: "$(params.dockerfile)" },
        { name: "CONTEXT", value: "$(params.context)" },
      ],
      script: dockerfileScript,
      securityContext: unprivileged,
      volumeMounts: [{ ...source, readOnly: true }, work],
      workspaces: [{ name: "dockerfile", mountPath: "/nbv/workspaces/dockerfile" }],
    },
    {
      name: "build",
      image: options.buildahImage,
      env: [...buildahEnv, { name: "CONTEXT", value: "$(params.context)" }, ...credentials("pull-credentials")],
      script: buildScript,
      args: ["$(params.build-arguments[*])"],
      computeResources: {
        requests: mapValues(options.resources.requests, (quantity) =>
          TaskSpecStepsComputeResourcesRequests.fromString(quantity),
        ),
        limits: mapValues(options.resources.limits, (quantity) =>
          TaskSpecStepsComputeResourcesLimits.fromString(quantity),
        ),
      },
      securityContext: root,
      volumeMounts: [source, work, layers],
      workspaces: [{ name: "pull-credentials", mountPath: "/nbv/workspaces/pull-credentials" }],
    },
    {
      name: "push",
      image: options.buildahImage,
      env: [
        ...buildahEnv,
        { name: "IMAGE", value: "$(params.image)" },
        { name: "GIT_URL", value: "$(params.git-url)" },
        { name: "GIT_COMMIT", value: "$(params.git-commit)" },
        ...credentials("push-credentials"),
      ],
      script: pushScript,
      securityContext: root,
      volumeMounts: [work, layers],
      workspaces: [{ name: "push-credentials", mountPath: "/nbv/workspaces/push-credentials" }],
    },
  ];
}

/** Scratch space on the node. */
export function buildVolumes(scratchSpace: string): object[] {
  return ["source", "work", "layers"].map((name) => ({ name, emptyDir: { sizeLimit: scratchSpace } }));
}

function credentials(workspace: string): { name: string; value: string }[] {
  return [
    { name: "CREDENTIALS_BOUND", value: `$(workspaces.${workspace}.bound)` },
    { name: "CREDENTIALS_PATH", value: `/nbv/workspaces/${workspace}` },
  ];
}

function mapValues<A, B>(map: Readonly<Record<string, A>>, change: (value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(map).map(([key, value]) => [key, change(value)]));
}
