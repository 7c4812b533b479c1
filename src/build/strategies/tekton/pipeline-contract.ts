/** What whoever starts the pipeline gives to it and gets from it. Names are stable: the build strategy relies on them. */

/** A parameter of Task and Pipeline. */
export interface BuildParam {
  readonly name: string;
  readonly type: "string" | "array";
  readonly description: string;
  /** Absent = required. */
  readonly default?: string | readonly string[];
}

export const BUILD_PARAMS: readonly BuildParam[] = [
  { name: "git-url", type: "string", description: "Repository, without credentials." },
  { name: "git-commit", type: "string", description: "Full SHA of the commit to build." },
  {
    name: "git-ref",
    type: "string",
    description: "Branch or tag that led to the commit: servers that refuse to serve a bare commit are asked for it.",
    default: "",
  },
  { name: "image", type: "string", description: "Where to push, as repository:tag." },
  {
    name: "dockerfile",
    type: "string",
    description: "Dockerfile of the repository, relative to its root. Not read when `dockerfile-base64` is given.",
    default: "Dockerfile",
  },
  {
    name: "dockerfile-base64",
    type: "string",
    description: "A Dockerfile to build instead, as base64: so nothing in it is taken for a variable.",
    default: "",
  },
  {
    name: "context",
    type: "string",
    description: "Build context, relative to the repository's root.",
    default: ".",
  },
  {
    name: "build-arguments",
    type: "array",
    description: "Further arguments of `buildah build`: --build-arg=…, --target=…, --label=…, --cache-from=…",
    default: [],
  },
  {
    name: "tls-verify",
    type: "string",
    description: "`false` = the registry may speak plain http or show a certificate that nobody vouches for.",
    default: "true",
  },
];

/** Optional workspaces, all read-only. */
export const BUILD_WORKSPACES: readonly { readonly name: string; readonly description: string }[] = [
  { name: "git-credentials", description: "The Secret that the job names; only the step `fetch` sees it." },
  {
    name: "pull-credentials",
    description:
      "Secret of type kubernetes.io/dockerconfigjson for base images and the layer cache; only the step `build` sees it.",
  },
  {
    name: "push-credentials",
    description: "Secret of type kubernetes.io/dockerconfigjson for the image; only the step `push` sees it.",
  },
];

/** Results of Task and Pipeline; those in capitals are what Tekton Chains reads. */
export const BUILD_RESULTS: readonly { readonly name: string; readonly description: string }[] = [
  { name: "commit", description: "The commit that was built." },
  { name: "image-url", description: "The image as repository:tag." },
  { name: "image-digest", description: "Digest of the pushed manifest: sha256:…" },
  { name: "layers", description: "Instructions of the Dockerfile that the build went through." },
  { name: "cached-layers", description: "How many of them came from a cache." },
  { name: "IMAGE_URL", description: "As image-url, for Tekton Chains." },
  { name: "IMAGE_DIGEST", description: "As image-digest, for Tekton Chains." },
  {
    name: "CHAINS-GIT_URL",
    description: "The repository, for Tekton Chains; empty when it is longer than 1024 characters.",
  },
  { name: "CHAINS-GIT_COMMIT", description: "The commit, for Tekton Chains." },
];
