# shellcheck shell=bash disable=SC2154
# What `node` writes for the programs of a whole node; a part of it.

node_config() {
  local state=$1
  mkdir -p "$state/cni"
  cat >"$state/containerd.toml" <<K
version = 2
root = "$(root_of "$state")"
state = "/run/containerd"
disabled_plugins = ["io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.zfs", "io.containerd.snapshotter.v1.devmapper"]
[grpc]
  address = "/run/containerd/containerd.sock"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "localhost/pause:1"
  restrict_oom_score_adj = true # without CAP_SYS_RESOURCE runc may not lower it
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "$state/cni"
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "overlayfs"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"
K
  cat >"$state/cni/10-bridge.conflist" <<K
{"cniVersion":"0.4.0","name":"pods","plugins":[
  {"type":"bridge","bridge":"cni0","isGateway":true,"ipMasq":true,"hairpinMode":true,
   "ipam":{"type":"host-local","ranges":[[{"subnet":"$POD_CIDR"}]],"routes":[{"dst":"0.0.0.0/0"}]}},
  {"type":"portmap","capabilities":{"portMappings":true}}]}
K
  cat >"$state/kubelet.yaml" <<K
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
authentication: {anonymous: {enabled: false}, webhook: {enabled: true}, x509: {clientCAFile: $state/pki/ca.crt}}
authorization: {mode: Webhook}
tlsCertFile: $state/pki/kubelet.crt
tlsPrivateKeyFile: $state/pki/kubelet.key
cgroupDriver: cgroupfs
cgroupRoot: /$(cgroup "$state")
failCgroupV1: false
failSwapOn: false
maxPods: 200
clusterDNS: ["$NODE_IP"]
clusterDomain: cluster.local
containerRuntimeEndpoint: unix:///run/containerd/containerd.sock
resolvConf: $state/resolv.conf
enforceNodeAllocatable: []
evictionHard: {memory.available: "100Mi"}
imageGCHighThresholdPercent: 100
imageGCLowThresholdPercent: 99
K
  say "nameserver $NODE_IP" >"$state/resolv.conf"
  cat >"$state/proxy.yaml" <<K
apiVersion: kubeproxy.config.k8s.io/v1alpha1
kind: KubeProxyConfiguration
clientConnection: {kubeconfig: $state/pki/admin.kubeconfig}
clusterCIDR: ${POD_CIDR%/*}/16
mode: iptables
iptables: {minSyncPeriod: 200ms}
hostnameOverride: node1
conntrack: {maxPerCore: 0}
K
  cat >"$state/Corefile" <<K
.:53 {
  bind $NODE_IP
  errors
  kubernetes cluster.local {
    kubeconfig $state/pki/admin.kubeconfig test
    ttl 2
  }
}
K
}

# A default StorageClass and volumes that wait to be claimed. Local volumes, so that fsGroup applies.
volumes() {
  local number
  cat <<K
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: {name: local, annotations: {storageclass.kubernetes.io/is-default-class: "true"}}
provisioner: kubernetes.io/no-provisioner
volumeBindingMode: WaitForFirstConsumer
K
  for number in $(seq $VOLUMES); do
    mkdir -p "$1/volumes/$number"
    cat <<K
---
apiVersion: v1
kind: PersistentVolume
metadata: {name: local-$number}
spec:
  storageClassName: local
  capacity: {storage: 20Gi}
  accessModes: [ReadWriteOnce]
  persistentVolumeReclaimPolicy: Retain
  local: {path: $1/volumes/$number}
  nodeAffinity:
    required: {nodeSelectorTerms: [{matchExpressions: [{key: kubernetes.io/hostname, operator: In, values: [node1]}]}]}
K
  done
}
