#!/usr/bin/env bash
# build-image.sh IMAGE BASE_IMAGE: the operator image, with whichever builder is there.
set -euo pipefail
cd "$(dirname "$0")/.."
image=${1:-} base=${2:-}
[ -n "$image" ] || { echo "usage: make image IMAGE=ref [BASE_IMAGE=ref]" >&2; exit 2; }
args=(--file Dockerfile --tag "$image")
[ -z "$base" ] || args+=(--build-arg "BASE_IMAGE=$base")
if command -v buildah >/dev/null; then
  exec buildah build "${args[@]}" .
elif command -v docker >/dev/null; then
  exec docker build "${args[@]}" .
fi
echo "neither buildah nor docker is installed" >&2
exit 2
