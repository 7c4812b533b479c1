#!/usr/bin/env bash
# pki.sh DIR SERVER NODE_ADDRESS: throw-away certificate authority, certificates, service-account key and kubeconfigs for
# the API server SERVER (https://host:port). The file .complete is written last: an interrupted run starts again.
set -euo pipefail
mkdir -p "$1"
cd "$1"
umask 077
server=$2 node_address=$3

key() { openssl ecparam -name prime256v1 -genkey -noout -out "$1.key"; }

# certificate NAME SUBJECT USAGE [NAMES]
certificate() {
  key "$1"
  openssl req -new -key "$1.key" -subj "$2" -out "$1.csr" 2>/dev/null
  printf 'keyUsage=digitalSignature,keyEncipherment\nextendedKeyUsage=%s\n%s\n' "$3" "${4:+subjectAltName=$4}" >"$1.ext"
  openssl x509 -req -in "$1.csr" -CA ca.crt -CAkey ca.key -CAcreateserial -days 30 -extfile "$1.ext" -out "$1.crt" 2>/dev/null
  rm "$1.csr" "$1.ext"
}

kubeconfig() {
  cat >"$1.kubeconfig" <<YAML
apiVersion: v1
kind: Config
clusters: [{name: test, cluster: {server: "$server", certificate-authority-data: $(base64 -w0 ca.crt)}}]
users: [{name: $1, user: {client-certificate-data: $(base64 -w0 "$1.crt"), client-key-data: $(base64 -w0 "$1.key")}}]
contexts: [{name: test, context: {cluster: test, user: $1}}]
current-context: test
YAML
}

key ca
openssl req -x509 -new -key ca.key -subj /CN=nbv-test-cluster -days 30 -out ca.crt 2>/dev/null
names=DNS:localhost,DNS:kubernetes,DNS:kubernetes.default,DNS:kubernetes.default.svc
certificate apiserver /CN=kube-apiserver serverAuth "$names,IP:127.0.0.1,IP:10.96.0.1,IP:$node_address"
certificate kubelet-serving /CN=system:node:node1/O=system:nodes serverAuth "DNS:node1,DNS:localhost,IP:127.0.0.1,IP:$node_address"
certificate admin /O=system:masters/CN=admin clientAuth
certificate controller-manager /CN=system:kube-controller-manager clientAuth
certificate scheduler /CN=system:kube-scheduler clientAuth
certificate kubelet /O=system:nodes/CN=system:node:node1 clientAuth
certificate kube-proxy /CN=system:kube-proxy clientAuth
certificate apiserver-kubelet /O=system:masters/CN=kube-apiserver-kubelet clientAuth
openssl genrsa -out service-account.key 2048 2>/dev/null
openssl rsa -in service-account.key -pubout -out service-account.pub 2>/dev/null
for user in admin controller-manager scheduler kubelet kube-proxy; do kubeconfig "$user"; done
: >.complete
