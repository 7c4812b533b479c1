#!/usr/bin/env bash
# up.sh STATE PROGRAMS CACHE: a real single-node cluster: etcd, kube-apiserver, controller-manager, scheduler, containerd,
# kubelet, kube-proxy and a registry, in a network namespace of their own: nothing outside reaches it, and it reaches nothing
# outside. STATE: directory for everything that is thrown away. PROGRAMS: what build-control-plane.sh PROGRAMS all made.
# CACHE: keeps the registry's storage. One cluster per machine, root only. Ends with down.sh STATE.
#
# What differs from a usual installation is so that it runs where root lacks CAP_SYS_RESOURCE (no lowering of OOM scores, no
# conntrack sizes), without systemd's cgroups, without AppArmor, and with cgroup v1 as well as v2.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=test/cluster/node/state.sh
. "$here/state.sh"

[ "$(id -u)" = 0 ] || die "needs root"
programs=$(realpath "${2:?directory of the programs}")
for program in etcd kube-apiserver kube-controller-manager kube-scheduler kubelet kube-proxy kubectl; do
  [ -x "$programs/$program" ] || die "no $program in $programs: build-control-plane.sh $programs all"
done
cache=$(mkdir -p "${3:?cache directory}" && realpath "$3")
! ip netns list | awk '{print $1}' | grep -qxF "$network" ||
  die "a cluster is already up on this machine: down.sh $(cat "$whereabouts" 2>/dev/null || echo ITS_STATE)"
if find /sys/fs/cgroup -path '*/kubepods/*' -name cgroup.procs -exec cat {} + 2>/dev/null | grep -q .; then
  die "pods of another kubelet run on this machine"
fi

state=$(claim "${1:?state directory}") || exit 1
pki=$state/pki
system_path=/usr/sbin:/usr/bin:/sbin:/bin
kubectl=("${inside[@]}" "$programs/kubectl" "--kubeconfig=$pki/admin.kubeconfig")
mkdir -p "$state"/{pids,log,cni,kubelet,tmp,pod-logs,volume-plugins,audit} "$state/certs.d/$registry" "$state/certs.d/$private_registry" "$cache/registry"
ln -sfn "$programs" "$state/programs"
ln -sfn "$cache" "$state/cache"
echo "$state" >"$whereabouts"
undo() {
  local code=$?
  trap - EXIT
  [ $code = 0 ] || KEEP=1 "$here/down.sh" "$state"
  exit $code
}
trap undo EXIT
began=$(date +%s%N)

# kubelet and containerd set these for the whole machine; down.sh restores them.
for setting in vm/overcommit_memory kernel/panic kernel/panic_on_oops vm/panic_on_oom; do
  [ -f "$state/sysctl.${setting//\//.}" ] || cat "/proc/sys/$setting" >"$state/sysctl.${setting//\//.}"
done
ip netns list | awk '/^cni-/ {print $1}' >"$state/network-namespaces.before"

ip netns add "$network"
: >"$state/owns-network"
"${inside[@]}" ip link set lo up
# The kubelet wants an address that is not loopback: a bridge without ports.
"${inside[@]}" ip link add node0 type bridge
"${inside[@]}" ip addr add "$node_address/24" dev node0
"${inside[@]}" ip link set node0 up
"${inside[@]}" ip route replace default via "$node_address" dev node0
"${inside[@]}" sysctl -qw net.ipv4.ip_forward=1

[ -f "$pki/.complete" ] || "$here/pki.sh" "$pki" https://127.0.0.1:6443 "$node_address"

(umask 077 && mkdir -p "$state/etcd")
start etcd "$programs/etcd" --data-dir "$state/etcd" --unsafe-no-fsync \
  --listen-client-urls http://127.0.0.1:2379 --advertise-client-urls http://127.0.0.1:2379 \
  --listen-peer-urls http://127.0.0.1:2380 --initial-advertise-peer-urls http://127.0.0.1:2380 --initial-cluster default=http://127.0.0.1:2380
start kube-apiserver "$programs/kube-apiserver" --etcd-servers=http://127.0.0.1:2379 \
  --bind-address=0.0.0.0 --advertise-address="$node_address" --secure-port=6443 --cert-dir="$state/certs" \
  --tls-cert-file="$pki/apiserver.crt" --tls-private-key-file="$pki/apiserver.key" --client-ca-file="$pki/ca.crt" \
  --service-account-key-file="$pki/service-account.pub" --service-account-signing-key-file="$pki/service-account.key" \
  --service-account-issuer=https://kubernetes.default.svc --service-cluster-ip-range=10.96.0.0/16 \
  --authorization-mode=Node,RBAC --enable-admission-plugins=NodeRestriction,OwnerReferencesPermissionEnforcement --allow-privileged=true \
  --kubelet-client-certificate="$pki/apiserver-kubelet.crt" --kubelet-client-key="$pki/apiserver-kubelet.key" \
  --kubelet-certificate-authority="$pki/ca.crt" --kubelet-preferred-address-types=InternalIP \
  --audit-policy-file="$here/audit-policy.yaml" --audit-log-path="$state/audit/audit.log" --audit-log-maxsize=1000

cat >"$state/registry.yml" <<YAML
version: 0.1
log: {level: warn}
storage: {filesystem: {rootdirectory: $cache/registry}, delete: {enabled: true}}
http: {addr: ":5000"}
YAML
# What earlier runs have built does not stay.
removed=
for repository in "$cache"/registry/docker/registry/v2/repositories/*; do
  [[ " $kept_repositories " != *" ${repository##*/} "* && -d $repository ]] || continue
  rm -rf "$repository"
  removed=1
done
[ -z "$removed" ] || docker-registry garbage-collect "$state/registry.yml" >"$state/log/garbage-collect.log" 2>&1
start registry docker-registry serve "$state/registry.yml"
# A second one, which speaks TLS and asks for a login, forgets everything with the cluster, and is where pushes can be denied.
printf '%s\n' "$private_registry_login" >"$state/htpasswd"
cat >"$state/private-registry.yml" <<YAML
version: 0.1
log: {level: warn}
storage: {filesystem: {rootdirectory: $state/private-registry}, delete: {enabled: true}}
http: {addr: "$private_registry", tls: {certificate: $pki/apiserver.crt, key: $pki/apiserver.key}}
auth: {htpasswd: {realm: tests, path: $state/htpasswd}}
YAML
start private-registry docker-registry serve "$state/private-registry.yml"
cat >"$state/certs.d/$registry/hosts.toml" <<TOML
server = "http://$registry"
[host."http://$registry"]
  capabilities = ["pull", "resolve"]
TOML
cat >"$state/certs.d/$private_registry/hosts.toml" <<TOML
server = "https://$private_registry"
[host."https://$private_registry"]
  capabilities = ["pull", "resolve"]
  ca = "$pki/ca.crt"
TOML
cat >"$state/cni/10-bridge.conflist" <<JSON
{"cniVersion": "0.4.0", "name": "pods", "plugins": [
  {"type": "bridge", "bridge": "cni0", "isGateway": true, "ipMasq": false, "hairpinMode": true,
   "ipam": {"type": "host-local", "dataDir": "$state/cni-ipam", "ranges": [[{"subnet": "$pod_network"}]], "routes": [{"dst": "0.0.0.0/0"}]}},
  {"type": "portmap", "capabilities": {"portMappings": true}}]}
JSON
cat >"$state/containerd.toml" <<TOML
version = 2
root = "$state/containerd"
state = "$state/containerd-state"
disabled_plugins = ["io.containerd.snapshotter.v1.aufs", "io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.zfs", "io.containerd.snapshotter.v1.devmapper", "io.containerd.internal.v1.opt"]
[grpc]
  address = "$state/containerd.sock"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "$registry/pause:1"
  restrict_oom_score_adj = true
  disable_apparmor = true
  stream_server_address = "127.0.0.1"
  [plugins."io.containerd.grpc.v1.cri".registry]
    config_path = "$state/certs.d"
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "$state/cni"
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "overlayfs"
    default_runtime_name = "runc"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"
      [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
        SystemdCgroup = false
TOML
start containerd env "PATH=$system_path" containerd --config "$state/containerd.toml"
await 10 "the registry" "${inside[@]}" curl -sf "http://$registry/v2/"
[ -x "$cache/pause" ] || gcc -static -Os -s -o "$cache/pause" "$here/pause.c"
if ! "${inside[@]}" curl -sf -o /dev/null -H 'Accept: application/vnd.oci.image.manifest.v1+json' "http://$registry/v2/pause/manifests/1"; then
  buildah=(buildah --root "$state/images" --runroot "$state/images-run")
  export BUILDAH_ISOLATION=chroot TMPDIR=$state/tmp
  container=$("${buildah[@]}" from scratch)
  "${buildah[@]}" add -q "$container" "$cache/pause" /pause >/dev/null
  "${buildah[@]}" config --entrypoint '["/pause"]' "$container"
  "${buildah[@]}" commit -q --rm "$container" "$registry/pause:1" >/dev/null
  "${inside[@]}" "${buildah[@]}" push -q --tls-verify=false "$registry/pause:1"
fi
await 60 "kube-apiserver" "${inside[@]}" curl -sf --cacert "$pki/ca.crt" --cert "$pki/admin.crt" --key "$pki/admin.key" https://127.0.0.1:6443/readyz

config=$pki/controller-manager.kubeconfig
start kube-controller-manager "$programs/kube-controller-manager" --kubeconfig="$config" --authentication-kubeconfig="$config" \
  --authorization-kubeconfig="$config" --bind-address=127.0.0.1 --leader-elect=false --use-service-account-credentials=true \
  --root-ca-file="$pki/ca.crt" --service-account-private-key-file="$pki/service-account.key" \
  --cluster-signing-cert-file="$pki/ca.crt" --cluster-signing-key-file="$pki/ca.key" --cert-dir="$state/certs-controller-manager"
config=$pki/scheduler.kubeconfig
start kube-scheduler "$programs/kube-scheduler" --kubeconfig="$config" --authentication-kubeconfig="$config" \
  --authorization-kubeconfig="$config" --bind-address=127.0.0.1 --leader-elect=false --cert-dir="$state/certs-scheduler"

: >"$state/resolv.conf" # no cluster DNS: tests use addresses
cat >"$state/kubelet.yaml" <<YAML
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
address: $node_address
authentication: {anonymous: {enabled: false}, webhook: {enabled: true}, x509: {clientCAFile: $pki/ca.crt}}
authorization: {mode: Webhook}
tlsCertFile: $pki/kubelet-serving.crt
tlsPrivateKeyFile: $pki/kubelet-serving.key
containerRuntimeEndpoint: unix://$state/containerd.sock
cgroupDriver: cgroupfs
cgroupRoot: /
failCgroupV1: false
enforceNodeAllocatable: []
failSwapOn: false
oomScoreAdj: 0
healthzBindAddress: 127.0.0.1
readOnlyPort: 0
resolvConf: $state/resolv.conf
clusterDomain: cluster.local
clusterDNS: [10.96.0.10]
staticPodPath: ""
podLogsDir: $state/pod-logs
imageGCHighThresholdPercent: 100
evictionHard: {memory.available: 100Mi, nodefs.available: 1%, imagefs.available: 1%}
syncFrequency: 10s
nodeStatusUpdateFrequency: 5s
registerNode: true
maxPods: 60
volumePluginDir: $state/volume-plugins
serializeImagePulls: false
# Tests kill the operator again and again.
featureGates: {KubeletCrashLoopBackOffMax: true}
crashLoopBackOff: {maxContainerRestartPeriod: 1s}
YAML
start kubelet env "PATH=$system_path" "$programs/kubelet" --config="$state/kubelet.yaml" --kubeconfig="$pki/kubelet.kubeconfig" \
  --root-dir="$state/kubelet" --cert-dir="$state/kubelet/pki" --hostname-override=node1 --node-ip="$node_address"
cat >"$state/kube-proxy.yaml" <<YAML
apiVersion: kubeproxy.config.k8s.io/v1alpha1
kind: KubeProxyConfiguration
clientConnection: {kubeconfig: $pki/kube-proxy.kubeconfig}
bindAddress: 127.0.0.1
healthzBindAddress: 127.0.0.1:10256
metricsBindAddress: 127.0.0.1:10249
mode: iptables
clusterCIDR: $pod_network
hostnameOverride: node1
conntrack: {maxPerCore: 0, min: 0}
YAML
start kube-proxy env "PATH=$system_path" "$programs/kube-proxy" --config="$state/kube-proxy.yaml"

node_is_ready() { [ "$("${kubectl[@]}" get node node1 -o 'jsonpath={.status.conditions[?(@.type=="Ready")].status}')" = True ]; }
await 60 "node1 Ready" node_is_ready
await 30 "the ServiceAccount default" "${kubectl[@]}" get serviceaccount default
for name in etcd kube-apiserver registry private-registry containerd kube-controller-manager kube-scheduler kubelet kube-proxy; do
  running "$name" || die "$name ended right after its start: $(tail -n 3 "$state/log/$name.log")"
done
say "cluster is up after $((($(date +%s%N) - began) / 1000000)) ms"
echo "$pki/admin.kubeconfig"
