#!/usr/bin/env bash
# The benchmarks of bench/, one after the other, and their figures as one table. Each compares with a peer in the same run.
# What this machine can't run is skipped, and said so. Arguments: names of benchmarks (default: all).
set -uo pipefail
cd "$(dirname "$0")/.."
rows=$(mktemp)
trap 'rm -f "$rows"' EXIT
export NBV_BENCH_ROWS=$rows
failed=0
wanted=" ${*:-synthesis runner golden alarms detection requirements reconcile latency} "
skip() { echo "skipped: $*" >&2; }
run() { "$@" || { echo "FAILED: $*" >&2; failed=1; }; }
# Those in Python end with 1 when a goal is missed, too, which the table says: they fail when they leave no row.
measure() {
  local before
  before=$(wc -l <"$rows")
  .venv/bin/python "$@" || [ "$(wc -l <"$rows")" -gt "$before" ] || { echo "FAILED: $*" >&2; failed=1; }
}
echo "machine: $(nproc) cores, load $(cut -d' ' -f1 /proc/loadavg 2>/dev/null || echo unknown), node $(node --version), $(date -u +%Y-%m-%d)" >&2

if [[ $wanted == *" synthesis "* ]]; then run node bench/synthesis.mjs; fi
if [[ $wanted == *" runner "* ]]; then measure bench/runner-overhead.py; fi
if [[ $wanted == *" golden "* ]]; then measure bench/golden-comparison.py; fi
if [[ $wanted == *" alarms "* ]]; then measure bench/false-alarms.py; fi
if [[ $wanted == *" detection "* ]]; then measure bench/detection.py; fi
if [[ $wanted == *" requirements "* ]]; then run node bench/run.mjs requirements; fi
if [[ $wanted == *" reconcile "* ]]; then
  assets=${KUBEBUILDER_ASSETS:-.cache/kubebuilder}
  if [ -x "$assets/kube-apiserver" ]; then
    run npm run --silent build:image
    run node bench/run.mjs reconcile
  else
    skip "reconcile: no kube-apiserver; run make control-plane, or set KUBEBUILDER_ASSETS"
  fi
fi
if [[ $wanted == *" latency "* ]]; then
  if [ -n "${NBV_TEST_CLUSTER:-}" ]; then run node bench/run.mjs latency
  elif [ "$(id -u)" = 0 ] && command -v containerd >/dev/null && command -v buildah >/dev/null; then
    run npm run --silent build:image
    run scripts/run-cluster-tests.sh "${CLUSTER_PROGRAMS:-.cache/kubebuilder}" .cache/test-cluster node bench/run.mjs latency
  else
    skip "latency: needs root and the Debian packages of .ci/run"
  fi
fi
echo
node scripts/print-benchmarks.mjs "$rows" || true
exit "$failed"
