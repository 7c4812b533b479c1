#!/usr/bin/env bash
# restart.sh STATE NAME: kills one of the cluster's programs and starts it again with the same arguments.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=test/cluster/node/state.sh
. "$here/state.sh"
state=$(claimed "${1:-}") || exit 1
name=${2:?name of a program, as in $state/pids}
running "$name" || die "$name does not run"
# shellcheck disable=SC2154 # set by running
mapfile -d '' -t command <"/proc/$pid/cmdline"
kill -9 "$pid"
for _ in $(seq 1 300); do
  alive "$pid" || break
  sleep 0.1
done
! alive "$pid" || die "$name, process $pid, does not die"
start "$name" "${command[@]}"
