# shellcheck shell=bash
# Sourced by the scripts beside it: the state directory of a cluster and the processes recorded in it.
# A state directory carries a marker, and nothing without it is ever torn down. Callers set $state.
# shellcheck disable=SC2034,SC2154

marker=.nbv-test-cluster
network=nbv-node          # the cluster's network namespace
node_address=10.98.0.2    # the node in it; nothing outside reaches it, and it reaches nothing outside
registry=$node_address:5000
# Of that registry: what images.sh, tekton.sh and install-operator.sh have pushed.
kept_repositories="base builder kernel node notebook operator pause python tekton"
private_registry=$node_address:5001
# builder with the password correct-horse, as htpasswd -B writes it.
# shellcheck disable=SC2016
private_registry_login='builder:$2a$05$abcdefghijklmnopqrstuuZ0Fx87Pb/Aqb0E90lfvCwzXnaFKUHpS'
pod_network=10.97.0.0/24
inside=(nsenter "--net=/run/netns/$network")
# Which directory the cluster of this machine lives in: there is one, because addresses and cgroups are fixed.
whereabouts=/run/nbv-test-cluster

say() { echo "$*" >&2; }
die() { say "error: $*"; exit 1; }

# claim DIR: makes and marks a state directory; prints its absolute path.
claim() {
  mkdir -p "$1"
  local path
  path=$(realpath "$1")
  [ "$path" != / ] || die "refusing to use /"
  [ -z "$(ls -A "$path")" ] || [ -f "$path/$marker" ] || die "$path is not empty and was not made by these scripts"
  : >"$path/$marker"
  echo "$path"
}

# claimed DIR: the absolute path of a state directory that claim made. Use as `state=$(claimed "$1") || exit 1`.
claimed() {
  [ -n "${1:-}" ] || die "no state directory given"
  local path
  path=$(realpath "$1")
  if [ "$path" = / ] || [ ! -f "$path/$marker" ]; then die "$path was not made by these scripts"; fi
  echo "$path"
}

# PID 1 of a container may not reap: a zombie still answers `kill -0`. And a process that is killed turns zombie by its first
# thread, while its others still hold its files and its port: it lives as long as one of them.
alive() { grep -qsv ") Z " "/proc/$1"/task/*/stat; }

# The start time tells a process from a later one with its number.
started_at() { tr '\0' ' ' <"/proc/$1/stat" 2>/dev/null | sed 's/.*) //' | cut -d' ' -f20; }

# start NAME COMMAND…: in the background, inside the cluster's network, logging to log/NAME.log.
start() {
  local name=$1
  shift
  setsid "${inside[@]}" "$@" >>"$state/log/$name.log" 2>&1 </dev/null &
  echo "$! $(started_at $!)" >"$state/pids/$name"
}

# running NAME: whether the very process that was recorded still lives; sets $pid.
running() {
  local since
  [ -f "$state/pids/$1" ] && read -r pid since <"$state/pids/$1" && alive "$pid" && [ "$(started_at "$pid")" = "$since" ]
}

# stop NAME…: TERM, and KILL after 3 seconds.
stop() {
  local name
  for name in "$@"; do
    if running "$name"; then
      kill "$pid" 2>/dev/null || true
      for _ in $(seq 1 30); do
        alive "$pid" || break
        sleep 0.1
      done
      ! alive "$pid" || kill -9 "$pid" 2>/dev/null || true
    fi
    rm -f "$state/pids/$name"
  done
}

# await SECONDS WHAT COMMAND…: until COMMAND succeeds; else fails loudly, with the end of the logs.
await() {
  local seconds=$1 what=$2
  shift 2
  for _ in $(seq 1 $((seconds * 10))); do
    "$@" >/dev/null 2>&1 && return 0
    sleep 0.1
  done
  tail -n 3 "$state"/log/*.log >&2 || true
  die "$what: not after $seconds s"
}
