#!/usr/bin/env bash
# tekton.sh STATE: a real Tekton Pipelines controller beside the cluster (after images.sh). Its webhook is not there: for
# objects of tekton.dev/v1 the controller fills in defaults itself, and what the webhook would refuse fails its run instead.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=test/cluster/node/state.sh
. "$here/state.sh"
state=$(claimed "${1:-}") || exit 1
root=$(cd "$here/../../.." && pwd)
programs=$(realpath "$state/programs")
cache=$(realpath "$state/cache")
! running tekton || die "Tekton's controller runs already"
kubectl=("${inside[@]}" "$programs/kubectl" "--kubeconfig=$state/pki/admin.kubeconfig")

# Programs that the controller puts into its pods: images of one file each.
export TMPDIR=$state/tmp BUILDAH_ISOLATION=chroot
buildah=(buildah --root "$state/images" --runroot "$state/images-run")
stamp=$(cat "$0" "$programs"/{entrypoint,nop,workingdirinit}.stamp | sha256sum | cut -c1-16)
if [ "$(cat "$cache/tekton.stamp" 2>/dev/null)" != "$stamp" ]; then
  for program in entrypoint nop workingdirinit; do
    container=$("${buildah[@]}" from scratch)
    "${buildah[@]}" add -q "$container" "$programs/$program" "/ko-app/$program" >/dev/null
    "${buildah[@]}" config --entrypoint "[\"/ko-app/$program\"]" --env PATH=/ko-app --user 65532 "$container"
    "${buildah[@]}" commit -q --rm "$container" "$registry/tekton/$program:1" >/dev/null
    "${inside[@]}" "${buildah[@]}" push -q --tls-verify=false "$registry/tekton/$program:1"
  done
  echo "$stamp" >"$cache/tekton.stamp"
fi

"${kubectl[@]}" apply --server-side -f "$root/test/fixtures/crds/tekton.yaml" -f "$root/test/fixtures/crds/tekton-runs.yaml" >/dev/null
"${kubectl[@]}" wait --for=condition=Established crd --all --timeout=60s >/dev/null
# Empty ones = the controller's defaults.
configs=(config-defaults config-events feature-flags config-leader-election-controller config-logging config-observability
  config-registry-cert config-spire config-tracing config-wait-exponential-backoff)
{
  printf 'apiVersion: v1\nkind: Namespace\nmetadata: {name: tekton-pipelines}\n'
  printf -- '---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: %s, namespace: tekton-pipelines}\n' "${configs[@]}"
} | "${kubectl[@]}" apply -f - >/dev/null

start tekton env "KUBECONFIG=$state/pki/admin.kubeconfig" SYSTEM_NAMESPACE=tekton-pipelines KUBERNETES_MIN_VERSION=v1.28.0 \
  CONFIG_DEFAULTS_NAME=config-defaults CONFIG_LOGGING_NAME=config-logging CONFIG_OBSERVABILITY_NAME=config-observability \
  CONFIG_FEATURE_FLAGS_NAME=feature-flags CONFIG_LEADERELECTION_NAME=config-leader-election-controller \
  CONFIG_SPIRE=config-spire METRICS_DOMAIN=tekton.dev/pipeline \
  "$programs/controller" -kubeconfig "$state/pki/admin.kubeconfig" \
  -entrypoint-image "$registry/tekton/entrypoint:1" -nop-image "$registry/tekton/nop:1" \
  -sidecarlogresults-image "$registry/tekton/nop:1" -workingdirinit-image "$registry/tekton/workingdirinit:1" \
  -shell-image "$registry/base:bookworm" -shell-image-win "unused@sha256:$(printf '0%.0s' $(seq 64))"
at_work() { grep -q 'Started workers\|Starting controller and workers' "$state/log/tekton.log"; }
await 60 "Tekton's controller" at_work
running tekton || die "Tekton's controller ended right after its start: $(tail -n 3 "$state/log/tekton.log")"
