/**
 * Scripts of the steps, for any POSIX shell. They are the same for every build: whatever a user says reaches them as
 * environment variables and arguments only.
 */

/** Lays out the Dockerfile, and refuses paths that lead out of the repository. */
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
if [ -n "$DOCKERFILE_BASE64" ]; then
  printf %s "$DOCKERFILE_BASE64" | base64 -d > /nbv/work/Dockerfile
else
  inside "$DOCKERFILE"
  [ -f "$real" ] || { echo "the repository has no file $DOCKERFILE" >&2; exit 1; }
  cp -- "$real" /nbv/work/Dockerfile
fi
`;

/** Credentials of a registry, and whom to trust besides the image's own authorities. */
const REGISTRY_SETUP = `
if [ "$CREDENTIALS_BOUND" = true ]; then
  for file in .dockerconfigjson config.json; do
    if [ -f "$CREDENTIALS_PATH/$file" ]; then
      export REGISTRY_AUTH_FILE="$CREDENTIALS_PATH/$file"
    fi
  done
  [ -n "\${REGISTRY_AUTH_FILE:-}" ] || { echo "the registry Secret has no key .dockerconfigjson" >&2; exit 1; }
fi
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
# A .dockerignore is about the repository's own Dockerfile: it may hide what ours copies.
if [ -n "$DOCKERFILE_BASE64" ]; then
  : > /nbv/work/ignored
  set -- "$@" --ignorefile=/nbv/work/ignored
fi
`;

/** Builds the image, and counts what came from the cache. The shell knows no `pipefail`: the exit code takes a file. */
const BUILD = `
{
  code=0
  buildah build --format=oci --layers --tls-verify="$TLS_VERIFY" --cert-dir=/nbv/work/certs \\
    --file=/nbv/work/Dockerfile --tag=localhost/nbv-build --iidfile=/nbv/work/image-id "$@" "/nbv/source/$CONTEXT" || code=$?
  echo "$code" > /nbv/work/exit-code
} 2>&1 | tee /nbv/work/build.log
read -r code < /nbv/work/exit-code
[ "$code" -eq 0 ] || exit "$code"
grep -E '^(\\[[0-9/]+\\] )?STEP [0-9]' /nbv/work/build.log | grep -vc 'STEP [0-9/]*: FROM ' > /nbv/work/layers || true
grep -c -e '^--> Using cache' -e '^--> Cache pulled from remote' /nbv/work/build.log > /nbv/work/cached-layers || true
`;

export const BUILD_SCRIPT = `#!/bin/sh
set -eu${REGISTRY_SETUP}${PIP_SETUP}${BUILD}`;

/**
 * Pushes the image and tells what was made. All results of a pod share 4096 bytes: a long address of the repository
 * gives way.
 */
export const PUSH_SCRIPT = `#!/bin/sh
set -eu${REGISTRY_SETUP}
buildah push --tls-verify="$TLS_VERIFY" --cert-dir=/nbv/work/certs --digestfile=/nbv/work/digest \\
  "$(cat /nbv/work/image-id)" "docker://$IMAGE"
digest=$(cat /nbv/work/digest)
[ "\${#GIT_URL}" -le 1024 ] || GIT_URL=
printf %s "$GIT_COMMIT" | tee "$(results.commit.path)" > "$(results.CHAINS-GIT_COMMIT.path)"
printf %s "$GIT_URL" > "$(results.CHAINS-GIT_URL.path)"
printf %s "$IMAGE" | tee "$(results.image-url.path)" > "$(results.IMAGE_URL.path)"
printf %s "$digest" | tee "$(results.image-digest.path)" > "$(results.IMAGE_DIGEST.path)"
printf %s "$(cat /nbv/work/layers)" > "$(results.layers.path)"
printf %s "$(cat /nbv/work/cached-layers)" > "$(results.cached-layers.path)"
`;
