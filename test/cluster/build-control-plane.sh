#!/usr/bin/env bash
# build-control-plane.sh [DIRECTORY [all]]: etcd, kube-apiserver and kubectl, built from the pinned Go modules in modules/ (every
# source checked against go.sum) into DIRECTORY, by default .cache/kubebuilder of the repository. Needs Go; no root, no image.
# With `all` also what a node needs, and Tekton's controller with the programs of its pods.
# Does nothing when they are there already. Cold on 2 cores: about 5 minutes (all: 9) and 4 GB of Go's caches.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
directory=${1:-$here/../../.cache/kubebuilder}
mkdir -p "$directory"
directory=$(cd "$directory" && pwd)

# name, module folder, package
programs=(
  "etcd etcd go.etcd.io/etcd/server/v3"
  "kube-apiserver kubernetes k8s.io/kubernetes/cmd/kube-apiserver"
  "kubectl kubernetes k8s.io/kubernetes/cmd/kubectl"
)
if [ "${2:-}" = all ]; then
  programs+=(
    "kube-controller-manager kubernetes k8s.io/kubernetes/cmd/kube-controller-manager"
    "kube-scheduler kubernetes k8s.io/kubernetes/cmd/kube-scheduler"
    "kubelet kubernetes k8s.io/kubernetes/cmd/kubelet"
    "kube-proxy kubernetes k8s.io/kubernetes/cmd/kube-proxy"
    "controller tekton github.com/tektoncd/pipeline/cmd/controller"
    "entrypoint tekton github.com/tektoncd/pipeline/cmd/entrypoint"
    "nop tekton github.com/tektoncd/pipeline/cmd/nop"
    "workingdirinit tekton github.com/tektoncd/pipeline/cmd/workingdirinit"
  )
fi
stamp_of() { sha256sum <"$here/modules/$1/go.sum" | cut -c1-16; }
fresh() { [ -x "$directory/$1" ] && [ "$(cat "$directory/$1.stamp" 2>/dev/null)" = "$(stamp_of "$2")" ]; }
all_fresh() {
  local name module package
  for program in "${programs[@]}"; do
    read -r name module package <<<"$program"
    fresh "$name" "$module" || return 1
  done
}
all_fresh && exit 0

command -v go >/dev/null || { echo "error: building the control plane needs Go; or set KUBEBUILDER_ASSETS to a directory with etcd and kube-apiserver" >&2; exit 2; }
if command -v flock >/dev/null; then # one build at a time
  exec 9>"$directory/.lock"
  flock 9
fi

# Without the version the server calls itself v0.0.0 and clients are misled.
version=$(awk '$1 == "k8s.io/kubernetes" { print $2; exit }' "$here/modules/kubernetes/go.mod")
[ -n "$version" ] || { echo "error: modules/kubernetes/go.mod does not pin k8s.io/kubernetes" >&2; exit 2; }
minor=$(cut -d. -f2 <<<"$version")
flags="-s -w -X k8s.io/component-base/version.gitVersion=$version -X k8s.io/component-base/version.gitMajor=1 -X k8s.io/component-base/version.gitMinor=$minor"
export CGO_ENABLED=0 GOFLAGS="-trimpath -buildvcs=false -mod=readonly"

for program in "${programs[@]}"; do
  read -r name module package <<<"$program"
  fresh "$name" "$module" && continue
  echo "building $name" >&2
  (cd "$here/modules/$module" && go build -ldflags "$flags" -o "$directory/$name.partial" "$package")
  mv "$directory/$name.partial" "$directory/$name"
  stamp_of "$module" >"$directory/$name.stamp"
done
