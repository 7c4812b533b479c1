#!/usr/bin/env bash
# install-operator.sh STATE: builds the operator image from the repository's Dockerfile (build/ must be made), puts it into the
# cluster's registry, and applies dist/manifests as it is, only the image reference replaced. Waits until it is ready.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=test/cluster/node/state.sh
. "$here/state.sh"
state=$(claimed "${1:-}") || exit 1
root=$(cd "$here/../../.." && pwd)
published=$(sed -n 's/^ *image: \(.*\/notebook-validator-operator:.*\)$/\1/p' "$root/dist/manifests/0001-operator.k8s.yaml" | head -n 1)
[ -n "$published" ] || die "dist/manifests names no operator image"
image=$registry/operator:$(find "$root/build" "$root/Dockerfile" -type f -print0 | sort -z | xargs -0 sha256sum | sha256sum | cut -c1-12)

# buildah and make image know nothing of the cluster: its registry speaks plain http, its storage is the cluster's.
cat >"$state/registries.conf" <<TOML
[[registry]]
location = "$registry"
insecure = true
TOML
cat >"$state/storage.conf" <<TOML
[storage]
driver = "overlay"
graphroot = "$state/images"
runroot = "$state/images-run"
TOML
build=("${inside[@]}" env CONTAINERS_REGISTRIES_CONF="$state/registries.conf" CONTAINERS_STORAGE_CONF="$state/storage.conf" TMPDIR="$state/tmp" BUILDAH_ISOLATION=chroot)
"${build[@]}" "$root/scripts/build-image.sh" "$image" "$registry/node:20" >"$state/log/image.log" 2>&1 || die "$(tail -n 5 "$state/log/image.log")"
"${build[@]}" buildah push -q "$image"

kubectl=("${inside[@]}" "$state/programs/kubectl" "--kubeconfig=$state/pki/admin.kubeconfig")
# What users install by other means: Prometheus Operator and Tekton.
"${kubectl[@]}" apply --server-side -f "$root/test/fixtures/crds" >/dev/null
"${kubectl[@]}" wait --for=condition=Established crd --all --timeout=60s >/dev/null
rm -rf "$state/manifests"
mkdir "$state/manifests"
for file in "$root"/dist/manifests/*.yaml; do
  sed "s|$published|$image|" "$file" >"$state/manifests/$(basename "$file")"
done
"${kubectl[@]}" apply --validate=strict -f "$state/manifests" >"$state/log/apply.log" 2>&1 || die "$(cat "$state/log/apply.log")"
"${kubectl[@]}" rollout status deployment/notebook-validator-operator -n notebook-validator-system --timeout=180s >/dev/null ||
  die "$("${kubectl[@]}" -n notebook-validator-system logs deployment/notebook-validator-operator --tail=5; "${kubectl[@]}" -n notebook-validator-system describe pods | tail -n 15)"
