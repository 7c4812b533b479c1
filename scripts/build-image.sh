#!/usr/bin/env bash
# build-image.sh IMAGE BASE_IMAGE: the operator image, with whichever builder is there.
set -euo pipefail
cd "$(dirname "$0")/.."
image=${1:-} base=${2:-}
[ -n "$image" ] || { echo "usage: make image IMAGE=ref [BASE_IMAGE=ref]" >&2; exit 2; }
args=(--file Dockerfile --tag "$image")
[ -z "$base" ] || args+=(--build-arg "BASE_IMAGE=$base")
for builder in buildah docker; do
  command -v "$builder" >/dev/null || continue
  "$builder" build "${args[@]}" .
  echo "built $image; next: $builder push $image"
  exit 0
done
echo "neither buildah nor docker is installed" >&2
exit 2
