#!/usr/bin/env bash
# images.sh STATE: the images of the test cluster, in its registry:
#   base:bookworm  Debian 12, Python 3 with venv and pip, git, ssh       node:20     base and this machine's Node.js, without npm:
#   notebook:1     base, ipykernel, pandas: a user's image (user 1001)               stands in for the operator image's public base
#   builder:1      base and buildah                                      python:3    a slim Debian 12 with Python 3 and pip: base of
#   kernel:3       python and ipykernel (user 1001)                                  environments, as Docker's official image is one
# and in the cache's directory wheels what the package index of the tests serves: the packages of real notebooks and of
# examples/tiers.
# Made once (3 minutes): the registry's storage is in the cache, and so is the stamp of this file and of what went in.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=test/cluster/node/state.sh
. "$here/state.sh"
state=$(claimed "${1:-}") || exit 1
cache=$(realpath "$state/cache")
locked=("$here"/../../../examples/tiers/tier-*/requirements.txt)
stamp=$(cat "$0" "${locked[@]}" <(node --version) | sha256sum | cut -c1-16)
[ "$(cat "$cache/images.stamp" 2>/dev/null)" != "$stamp" ] || exit 0

say "making the test cluster's images"
export TMPDIR=$state/tmp BUILDAH_ISOLATION=chroot
buildah=(buildah --root "$state/images" --runroot "$state/images-run")
# save CONTAINER NAME USER
save() {
  "${buildah[@]}" config --user "$3" --env HOME=/tmp --env PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "$1"
  "${buildah[@]}" commit -q --rm "$1" "$registry/$2" >/dev/null
  "${inside[@]}" "${buildah[@]}" push -q --tls-verify=false "$registry/$2"
}

root=$state/rootfs
rm -rf "$root"
debootstrap --variant=minbase bookworm "$root" >"$state/log/debootstrap.log" 2>&1 || die "debootstrap: $(tail -n 3 "$state/log/debootstrap.log")"
# shellcheck disable=SC2016
env TMPDIR=/tmp DEBIAN_FRONTEND=noninteractive chroot "$root" sh -c '
  apt-get install -y -qq --no-install-recommends python3 python3-venv python3-pip git openssh-client ca-certificates >/apt.log 2>&1 || { tail -n 15 /apt.log; exit 1; }
  rm -rf /apt.log /var/cache/apt/archives/*.deb
  ln -sf python3 /usr/bin/python
  useradd -u 1001 -m user'
python=$(chroot "$root" python3 -c 'import sys; print("%d.%d" % sys.version_info[:2])')
container=$("${buildah[@]}" from scratch)
"${buildah[@]}" add -q "$container" "$root" / >/dev/null
save "$container" base:bookworm 0

env TMPDIR=/tmp DEBIAN_FRONTEND=noninteractive chroot "$root" apt-get purge -y -qq --auto-remove git openssh-client >"$state/log/purge.log" 2>&1 ||
  die "apt-get purge: $(tail -n 3 "$state/log/purge.log")"
rm -rf "$root"/var/lib/apt/lists/* "$root"/var/cache/apt/* "$root"/var/log/* "$root"/usr/share/{doc,man,locale,info}/* "$root/usr/lib/python$python/EXTERNALLY-MANAGED"
container=$("${buildah[@]}" from scratch)
"${buildah[@]}" add -q "$container" "$root" / >/dev/null
rm -rf "$root"
save "$container" python:3 1001

container=$("${buildah[@]}" from "$registry/base:bookworm")
"${buildah[@]}" add -q "$container" "$(readlink -f "$(command -v node)")" /usr/local/bin/node >/dev/null
save "$container" node:20 1001

# Wheels are fetched by this machine's pip for the image's Python, then installed without a network.
rm -rf "$cache/wheels"
python3 -m pip download -q --only-binary=:all: --python-version "$python" -d "$cache/wheels" \
  ipykernel pandas scikit-learn matplotlib seaborn 2>"$state/log/wheels.log" || die "pip download: $(tail -n 3 "$state/log/wheels.log")"
for file in "${locked[@]}"; do
  python3 -m pip download -q --no-deps --only-binary=:all: --python-version "$python" -d "$cache/wheels" -r "$file" 2>"$state/log/wheels.log" ||
    die "pip download: $(tail -n 3 "$state/log/wheels.log")"
done
# with_packages BASE NAME PACKAGE…
with_packages() {
  container=$("${buildah[@]}" from "$registry/$1")
  "${buildah[@]}" run --user 0 -v "$cache/wheels:/wheels:ro" "$container" -- python3 -m pip install -q --no-index --find-links /wheels \
    --break-system-packages --no-cache-dir --no-warn-script-location --root-user-action ignore "${@:3}"
  save "$container" "$2" 1001
}
with_packages base:bookworm notebook:1 ipykernel pandas
with_packages python:3 kernel:3 ipykernel

container=$("${buildah[@]}" from "$registry/base:bookworm")
"${buildah[@]}" run "$container" -- sh -c '
  TMPDIR=/tmp DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends buildah >/tmp/apt.log 2>&1 || { tail -n 15 /tmp/apt.log; exit 1; }
  rm -rf /tmp/apt.log /var/cache/apt/archives/*.deb /var/lib/apt/lists/*'
save "$container" builder:1 0
echo "$stamp" >"$cache/images.stamp"
