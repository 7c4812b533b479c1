/**
 * Scripts of the steps, for any POSIX shell. They are the same for every build: whatever a user says reaches them as
 * environment variables and arguments only.
 */

/**
 * Lays out the Dockerfile and the one ignore file that the build heeds, and refuses paths that lead out of the repository.
 * The order is buildah's own; `ignoredFiles` counts by it.
 */
export const DOCKERFILE_SCRIPT = `#!/bin/sh
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
: > /nbv/work/.dockerignore
if [ -n "$DOCKERFILE_BASE64" ]; then
  # Ignore files are about the repository's own Dockerfile: they may hide what ours copies.
  printf %s "$DOCKERFILE_BASE64" | base64 -d > /nbv/work/Dockerfile
else
  inside "$DOCKERFILE"
  [ -f "$real" ] || { echo "the repository has no file $DOCKERFILE" >&2; exit 1; }
  cp -- "$real" /nbv/work/Dockerfile
  set -- "$DOCKERFILE.dockerignore" "$DOCKERFILE.containerignore" "$CONTEXT/.containerignore" "$CONTEXT/.dockerignore"
  for path; do
    [ -f "/nbv/source/$path" ] || continue
    inside "$path"
    cp -- "$real" /nbv/work/.dockerignore
    break
  done
fi
`;

/** Credentials of a registry, if a Secret is mounted, and whom to trust besides the image's own authorities. */
const REGISTRY_SETUP = `
if [ -n "$(ls -A "$CREDENTIALS" 2>/dev/null)" ]; then
  for file in .dockerconfigjson config.json; do
    if [ -f "$CREDENTIALS/$file" ]; then
      export REGISTRY_AUTH_FILE="$CREDENTIALS/$file"
    fi
  done
  [ -n "\${REGISTRY_AUTH_FILE:-}" ] || { echo "the registry Secret has no key .dockerconfigjson" >&2; exit 1; }
fi
# By host: the base image, the layer cache and the image may be in different registries.
if [ -n "\${PLAIN_HTTP_REGISTRY:-}" ]; then
  mkdir -p /etc/containers/registries.conf.d
  printf '[[registry]]\\nlocation = "%s"\\ninsecure = true\\n' "$PLAIN_HTTP_REGISTRY" > /etc/containers/registries.conf.d/nbv.conf
fi
# Said aloud, it would hold against what is known of single hosts.
[ "$TLS_VERIFY" = true ] || set -- "$@" "--tls-verify=$TLS_VERIFY"
mkdir -p /nbv/work/certs
[ -z "\${CA_BUNDLE_BASE64:-}" ] || printf %s "$CA_BUNDLE_BASE64" | base64 -d > /nbv/work/certs/ca.crt
`;

/**
 * Settings of pip are mounted into `RUN` instructions: neither the image nor its history holds them, and another
 * mirror of the same packages does not miss the layer cache.
 */
const PIP_SETUP = `
{
  echo '[global]'
  [ -z "\${PIP_INDEX_URL:-}" ] || printf 'index-url = %s\\n' "$PIP_INDEX_URL"
  [ -z "\${PIP_EXTRA_INDEX_URL:-}" ] || printf 'extra-index-url = %s\\n' "$PIP_EXTRA_INDEX_URL"
  [ -z "\${PIP_TRUSTED_HOST:-}" ] || printf 'trusted-host = %s\\n' "$PIP_TRUSTED_HOST"
} > /nbv/work/pip.conf
if [ -f /nbv/work/certs/ca.crt ]; then
  for bundle in /etc/ssl/certs/ca-certificates.crt /etc/pki/tls/certs/ca-bundle.crt; do
    if [ -f "$bundle" ]; then cat "$bundle"; break; fi
  done > /nbv/work/ca.pem
  cat /nbv/work/certs/ca.crt >> /nbv/work/ca.pem
  echo 'cert = /etc/nbv-ca.pem' >> /nbv/work/pip.conf
  set -- "$@" --volume=/nbv/work/ca.pem:/etc/nbv-ca.pem:ro
fi
if [ "$(wc -l < /nbv/work/pip.conf)" -gt 1 ]; then
  chmod 0644 /nbv/work/pip.conf
  set -- "$@" --volume=/nbv/work/pip.conf:/etc/pip.conf:ro
fi
`;

/**
 * Layers on a claim. When the first of them has outlived its time, all go; not while a build uses them, which says so
 * with a file of its name. One whose pod was killed leaves that file behind, for a day.
 */
const KEPT_LAYERS = `
store=/var/lib/containers
if [ -n "\${LAYERS_TTL_SECONDS:-}" ]; then
  mkdir -p "$store/nbv-builds"
  exec 9> "$store/nbv-lock"
  ! command -v flock > /dev/null || flock 9
  find "$store/nbv-builds" -type f -mmin +1440 -delete
  since=$(cat "$store/nbv-since" 2>/dev/null) || since=0
  age=$(($(date +%s) - since))
  if [ "$age" -ge "$LAYERS_TTL_SECONDS" ] && [ -z "$(ls "$store/nbv-builds")" ]; then
    rm -rf "$store/storage" "$store/cache"
    date +%s > "$store/nbv-since"
  fi
  : > "$store/nbv-builds/$BUILD_NAME"
  exec 9>&-
fi
`;

/** This build needs its layers no more. */
const LET_GO = `[ -z "\${LAYERS_TTL_SECONDS:-}" ] || rm -f "/var/lib/containers/nbv-builds/$BUILD_NAME"`;

/** Builds the image, and counts what came from the cache. The shell knows no `pipefail`: the exit code takes a file. */
const BUILD = `
{
  code=0
  buildah --storage-driver="$STORAGE_DRIVER" build --format=oci --layers --cert-dir=/nbv/work/certs \\
    --file=/nbv/work/Dockerfile --ignorefile=/nbv/work/.dockerignore --tag=localhost/nbv-build \\
    --iidfile=/nbv/work/image-id "$@" "/nbv/source/$CONTEXT" || code=$?
  echo "$code" > /nbv/work/exit-code
} 2>&1 | tee /nbv/work/build.log
read -r code < /nbv/work/exit-code
if [ "$code" -ne 0 ]; then
  ${LET_GO}
  exit "$code"
fi
grep -E '^(\\[[0-9/]+\\] )?STEP [0-9]' /nbv/work/build.log | grep -vc 'STEP [0-9/]*: FROM ' > /nbv/work/layers || true
grep -c -e '^--> Using cache' -e '^--> Cache pulled from remote' /nbv/work/build.log > /nbv/work/cached-layers || true
`;

export const BUILD_SCRIPT = `#!/bin/sh
set -eu${REGISTRY_SETUP}${PIP_SETUP}${KEPT_LAYERS}${BUILD}`;

/**
 * Pushes the image and tells what was made. All results of a pod share 4096 bytes: a long address of the repository
 * gives way.
 */
export const PUSH_SCRIPT = `#!/bin/sh
set -eu${REGISTRY_SETUP}
buildah --storage-driver="$STORAGE_DRIVER" push --cert-dir=/nbv/work/certs --digestfile=/nbv/work/digest "$@" \\
  "$(cat /nbv/work/image-id)" "docker://$IMAGE"
${LET_GO}
digest=$(cat /nbv/work/digest)
[ "\${#GIT_URL}" -le 1024 ] || GIT_URL=
printf %s "$GIT_COMMIT" | tee "$(results.commit.path)" > "$(results.CHAINS-GIT_COMMIT.path)"
printf %s "$GIT_URL" > "$(results.CHAINS-GIT_URL.path)"
printf %s "$IMAGE" | tee "$(results.image-url.path)" > "$(results.IMAGE_URL.path)"
printf %s "$digest" | tee "$(results.image-digest.path)" > "$(results.IMAGE_DIGEST.path)"
printf %s "$(cat /nbv/work/layers)" > "$(results.layers.path)"
printf %s "$(cat /nbv/work/cached-layers)" > "$(results.cached-layers.path)"
`;

/** Leaves the image where Shipwright, which pushes it, looks for it. */
export const EXPORT_SCRIPT = `#!/bin/sh
set -eu
exec buildah --storage-driver="$STORAGE_DRIVER" push "$(cat /nbv/work/image-id)" "oci:$OUTPUT_DIRECTORY"
`;
