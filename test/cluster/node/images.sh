#!/usr/bin/env bash
# images.sh STATE: the images of the test cluster, in its registry:
#   base:bookworm  Debian 12, Python 3 with venv and pip, git, ssh       node:20     base and this machine's Node.js, without npm:
#   notebook:1     base, ipykernel, pandas: a user's image (user 1001)               stands in for the operator image's public base
#   builder:1      base and buildah
# Made once (2 minutes): the registry's storage is in the cache, and so is the stamp of this file and of what went in.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=test/cluster/node/state.sh
. "$here/state.sh"
state=$(claimed "${1:-}") || exit 1
cache=$(realpath "$state/cache")
stamp=$(cat "$0" <(node --version) | sha256sum | cut -c1-16)
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
rm -rf "$root"
save "$container" base:bookworm 0

container=$("${buildah[@]}" from "$registry/base:bookworm")
"${buildah[@]}" add -q "$container" "$(readlink -f "$(command -v node)")" /usr/local/bin/node >/dev/null
save "$container" node:20 1001

# Wheels are fetched by this machine's pip for the image's Python, then installed without a network.
python3 -m pip download -q --only-binary=:all: --python-version "$python" -d "$state/wheels" ipykernel pandas 2>"$state/log/wheels.log" ||
  die "pip download: $(tail -n 3 "$state/log/wheels.log")"
container=$("${buildah[@]}" from "$registry/base:bookworm")
"${buildah[@]}" run -v "$state/wheels:/wheels:ro" "$container" -- \
  python3 -m pip install -q --no-index --find-links /wheels --break-system-packages --no-warn-script-location --root-user-action ignore ipykernel pandas
save "$container" notebook:1 1001

container=$("${buildah[@]}" from "$registry/base:bookworm")
"${buildah[@]}" run "$container" -- sh -c '
  TMPDIR=/tmp DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends buildah >/tmp/apt.log 2>&1 || { tail -n 15 /tmp/apt.log; exit 1; }
  rm -rf /tmp/apt.log /var/cache/apt/archives/*.deb /var/lib/apt/lists/*'
save "$container" builder:1 0
echo "$stamp" >"$cache/images.stamp"
