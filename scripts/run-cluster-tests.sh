#!/usr/bin/env bash
# run-cluster-tests.sh PROGRAMS CACHE [COMMAND…]: the operator in a real single-node cluster, built from the repository's own Dockerfile and
# installed from dist/manifests. PROGRAMS: directory of the cluster's programs, built there when missing. CACHE: registry storage.
# Runs COMMAND in that cluster's network in place of the suite, if one is given. Closes with "N passed, N failed". A machine that can't run it: "skipped: …", which is a failure where CI=true.
set -euo pipefail
cd "$(dirname "$0")/.."
programs=$1 cache=$2
packages="containerd runc docker-registry buildah containernetworking-plugins iptables iproute2 procps debootstrap curl openssl gcc libc6-dev git openssh-server"

skip() {
  echo "skipped: $*" >&2
  if [ "${CI:-}" = true ]; then
    echo "0 passed, 1 failed"
    exit 1
  fi
  echo "0 passed, 0 failed, 1 skipped"
  exit 0
}
[ "$(uname -s)" = Linux ] || skip "the single-node cluster needs Linux"
[ "$(id -u)" = 0 ] || skip "the single-node cluster needs root"
for command in containerd runc docker-registry buildah iptables ip nsenter debootstrap curl openssl gcc git; do
  command -v "$command" >/dev/null || skip "$command is not installed; Debian's packages: $packages"
done
[ -x /usr/lib/cni/bridge ] || skip "CNI plugins are not installed; Debian's packages: $packages"
for attempt in CAP_SYS_ADMIN:21 CAP_NET_ADMIN:12 CAP_MKNOD:27; do
  (((0x$(awk '/^CapEff/ {print $2}' /proc/self/status) >> ${attempt#*:}) & 1)) || skip "root lacks ${attempt%:*} here"
done
if ! [ -x "$programs/kubelet" ] && ! command -v go >/dev/null; then
  skip "the cluster's programs are not in $programs, and there is no Go to build them"
fi
test/cluster/build-control-plane.sh "$programs" all

# What an interrupted run has left behind.
if [ -f /run/nbv-test-cluster ]; then
  left=$(cat /run/nbv-test-cluster)
  owner=$(cat "$left/owner" 2>/dev/null || echo 0)
  if [ "$owner" != 0 ] && kill -0 "$owner" 2>/dev/null; then
    echo "error: process $owner runs a cluster on this machine already ($left)" >&2
    exit 2
  fi
  [ ! -d "$left" ] || test/cluster/node/down.sh "$left"
  rm -f /run/nbv-test-cluster
fi

state=$(mktemp -d "${TMPDIR:-/tmp}/nbv-node.XXXXXX")
state=$(realpath "$state")
jest=
finish() {
  code=$?
  trap - EXIT INT TERM
  if [ -n "$jest" ] && kill "$jest" 2>/dev/null; then wait "$jest" || true; fi
  [ $code = 0 ] || tail -n 20 "$state"/log/*.log >reports/test-cluster.log 2>/dev/null || true
  test/cluster/node/down.sh "$state" 2>/dev/null || rm -rf --one-file-system "$state"
  exit $code
}
trap finish EXIT
trap 'exit 130' INT TERM
mkdir -p reports
test/cluster/node/up.sh "$state" "$programs" "$cache" >/dev/null
echo $$ >"$state/owner"
test/cluster/node/images.sh "$state"
test/cluster/node/tekton.sh "$state"
test/cluster/node/install-operator.sh "$state"

if [ $# -gt 2 ]; then
  nsenter --net=/run/netns/nbv-node env NBV_TEST_CLUSTER="$state" "${@:3}"
  exit
fi
report=reports/jest-cluster.json
rm -f "$report"
status=0
nsenter --net=/run/netns/nbv-node env NBV_TEST_CLUSTER="$state" \
  node --experimental-vm-modules --no-warnings=ExperimentalWarning node_modules/jest/bin/jest.js test/e2e/operator/real-node \
  --reporters=default --reporters=./test/cluster/node/progress-reporter.mjs --json --outputFile="$report" &
# Not in the foreground: a signal would be heard only after its end.
jest=$!
wait "$jest" || status=$?
jest=
node scripts/print-totals.mjs "$report" "$status"
