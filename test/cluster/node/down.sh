#!/usr/bin/env bash
# down.sh STATE: stops everything that up.sh started there, sweeps what its pods left behind, restores the machine's settings
# and deletes STATE (KEEP=1 keeps it, for its logs). Safe to repeat, also after an interrupted start.
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=test/cluster/node/state.sh
. "$here/state.sh"
state=$(claimed "${1:-}") || exit 1

stop tekton kube-proxy kubelet
containers() { ctr --address "$state/containerd.sock" --namespace k8s.io "$@"; }
if running containerd; then
  for task in $(containers task ls -q 2>/dev/null); do containers task kill -s 9 "$task" >/dev/null 2>&1; done
  sleep 0.5
  for task in $(containers task ls -q 2>/dev/null); do containers task rm -f "$task" >/dev/null 2>&1; done
  for container in $(containers container ls -q 2>/dev/null); do containers container rm "$container" >/dev/null 2>&1; done
fi
# An API server that has lost its etcd hangs in its shutdown and keeps its port.
stop kube-scheduler kube-controller-manager kube-apiserver etcd registry private-registry containerd
# The shims of this containerd only: they carry its socket's path.
for shim in $(pgrep -f -- "containerd-shim-runc-v2.*-address $state/containerd.sock"); do kill -9 "$shim" 2>/dev/null; done

[ "${#state}" -gt 1 ] || die "not a directory of ours: '$state'" # what follows unmounts below it
awk -v below="$state/" 'index($2, below) == 1 { print $2 }' /proc/mounts | sort -r | while read -r mount; do umount -l "$mount" 2>/dev/null; done
for link in /var/log/containers/*.log; do
  case "$(readlink "$link" 2>/dev/null)" in "$state"/*) rm -f "$link" ;; esac
done
if [ -f "$state/owns-network" ]; then
  for namespace in $(ip netns list | awk '/^cni-/ {print $1}'); do
    grep -qxF "$namespace" "$state/network-namespaces.before" 2>/dev/null || ip netns del "$namespace"
  done
  ! ip netns list | awk '{print $1}' | grep -qxF "$network" || ip netns del "$network"
  # Only empty ones can be removed.
  find /sys/fs/cgroup -depth -type d -path '*/kubepods*' -exec rmdir {} + 2>/dev/null
  for setting in vm/overcommit_memory kernel/panic kernel/panic_on_oops vm/panic_on_oom; do
    saved=$state/sysctl.${setting//\//.}
    [ ! -f "$saved" ] || cat "$saved" >"/proc/sys/$setting"
  done
  rm -f "$state/owns-network"
fi
[ "$(cat "$whereabouts" 2>/dev/null)" != "$state" ] || rm -f "$whereabouts"
[ "${KEEP:-}" = 1 ] || rm -rf --one-file-system "$state"
exit 0
