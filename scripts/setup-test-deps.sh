#!/usr/bin/env bash
# Installs and builds what the tests need besides Rust, Go and Node.js. Quick when everything is there.
set -euo pipefail
cd "$(dirname "$0")/.."

cargo_deny_version=0.20.2
tools="$PWD/.cache/tools"

say() { printf '%s\n' "$*"; }
fail() { say "$*" >&2; exit 1; }
has() { command -v "$1" >/dev/null 2>&1; }

# Which packages of the system are missing, one a line.
missing_packages() {
  has setpriv && has setsid && has taskset || say util-linux
  compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || has initdb || say postgresql
  has redis-server || say redis-server
  has nginx || say nginx
  [ -x "${CHROMIUM_BIN:-/usr/bin/chromium}" ] || say chromium
  has fc-list && fc-list | grep -q . || say fontconfig fonts-liberation fonts-dejavu-core
  has cc || say build-essential
  has curl || say curl
  has openssl || say openssl
  missing_cluster_packages
}

# What a Kubernetes node and the making of images take.
missing_cluster_packages() {
  has containerd || say containerd
  has runc || say runc
  [ -x /usr/lib/cni/bridge ] || say containernetworking-plugins
  has etcd || say etcd-server
  has iptables || say iptables
  has conntrack || say conntrack
  has openssl || say openssl
  has ip || say iproute2
  has pgrep && has mount || say procps mount
  has buildah || say buildah
  has debootstrap || say debootstrap
}

# The packages start their servers at once and at boot; the tests run their own.
install_packages() {
  local root=()
  [ "$(id -u)" -eq 0 ] || root=(sudo -n)
  has apt-get || fail "these must be installed by hand here: $*"
  "${root[@]}" true || fail "to install $* takes root"
  "${root[@]}" mkdir -p /etc/postgresql-common
  [ -e /etc/postgresql-common/createcluster.conf ] ||
    say 'create_main_cluster = false' | "${root[@]}" tee /etc/postgresql-common/createcluster.conf >/dev/null
  local policy=/usr/sbin/policy-rc.d
  if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' | "${root[@]}" tee "$policy" >/dev/null
    "${root[@]}" chmod 755 "$policy"
    # shellcheck disable=SC2064  # the values of now are meant
    trap "${root[*]} rm -f $policy" EXIT
  fi
  "${root[@]}" apt-get update
  "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@"
}

# at_least WHAT FOUND WANTED
at_least() {
  [ "$(printf '%s\n' "$2" "$3" | sort -V | head -n 1)" = "$3" ] || fail "$1 $3 or newer is needed; this is $2"
}

check_toolchains() {
  has cargo || fail "Rust is needed: https://rustup.rs"
  has go || fail "Go 1.26 or newer is needed: https://go.dev/dl"
  has node && has npm || fail "Node.js 20.19 or newer is needed: https://nodejs.org"
  at_least Go "$(go env GOVERSION | sed 's/^go//')" 1.26
  at_least Node.js "$(node --version | sed 's/^v//')" 20.19
}

# pinned_version NAME: what the Go module tests/tools/NAME pins, in short.
pinned_version() { cat "tests/tools/$1/go.mod" "tests/tools/$1/go.sum" | sha256sum | cut -c 1-12; }

# go_build FOLDER OUTPUT LINKER_FLAGS PACKAGE
go_build() { (cd "$1" && CGO_ENABLED=0 GOFLAGS=-mod=readonly go build -trimpath -ldflags="-s -w $3" -o "$2" "$4"); }

# build_server NAME PACKAGE: builds tests/tools/NAME at the pinned version, once for each version.
build_server() {
  local name=$1 package=$2 version
  version=$(pinned_version "$name")
  local program="$tools/$name-$version"
  if [ ! -x "$program" ]; then
    say "building $name"
    go_build "tests/tools/$name" "$program.new" "" "$package"
    mv "$program.new" "$program"
  fi
  ln -sfn "../$name-$version" "$tools/bin/$name"
}

# Kubernetes tells its version by what the linker is told. The apiserver alone takes three minutes on two cores.
build_kubernetes() {
  local modules=tests/tools/kubernetes version release flags program
  version=$(pinned_version kubernetes)
  release=$(cd "$modules" && go list -m -f '{{.Version}}' k8s.io/kubernetes)
  flags="-X k8s.io/component-base/version.gitVersion=$release"
  flags+=" -X k8s.io/component-base/version.gitMajor=$(cut -d . -f 1 <<<"${release#v}")"
  flags+=" -X k8s.io/component-base/version.gitMinor=$(cut -d . -f 2 <<<"$release")"
  mkdir -p "$tools/kubernetes-$version"
  for program in kube-apiserver kube-controller-manager kube-scheduler kubelet kube-proxy kubectl; do
    local file="$tools/kubernetes-$version/$program" start=$SECONDS
    if [ ! -x "$file" ]; then
      say "building $program $release"
      go_build "$modules" "$file.new" "$flags" "k8s.io/kubernetes/cmd/$program"
      mv "$file.new" "$file"
      say "  took $((SECONDS - start)) s"
    fi
    ln -sfn "../kubernetes-$version/$program" "$tools/bin/$program"
  done
}

# copy_crds NAME MODULE PATTERN...: definitions of resources that a module carries as YAML, into .cache/tools/crds/NAME.
copy_crds() {
  local name=$1 module=$2 folder="$tools/crds/$1" version source pattern file
  version=$(pinned_version "$name")
  [ "$(cat "$folder/version" 2>/dev/null)" != "$version" ] || return 0
  say "fetching the definitions of $module"
  (cd "tests/tools/$name" && GOFLAGS=-mod=readonly go mod download "$module")
  source=$(cd "tests/tools/$name" && go list -m -f '{{.Dir}}' "$module")
  rm -rf "$folder"
  mkdir -p "$folder"
  for pattern in "${@:3}"; do
    # Written anew: the module cache is read-only.
    for file in "$source"/$pattern; do cat "$file" >"$folder/${file##*/}"; done
  done
  say "$version" >"$folder/version"
}

install_cargo_deny() {
  local program="$tools/bin/cargo-deny"
  [ "$("$program" --version 2>/dev/null)" != "cargo-deny $cargo_deny_version" ] || return 0
  if has cargo-deny && [ "$(cargo-deny --version)" = "cargo-deny $cargo_deny_version" ]; then
    ln -sfn "$(command -v cargo-deny)" "$program"
    return
  fi
  say "building cargo-deny $cargo_deny_version"
  # It runs for a second: compile quickly, not well.
  CARGO_TARGET_DIR="$tools/build" \
    CARGO_PROFILE_RELEASE_OPT_LEVEL=0 CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_CODEGEN_UNITS=256 \
    CARGO_PROFILE_RELEASE_DEBUG=false CARGO_PROFILE_RELEASE_PANIC=unwind \
    cargo install --quiet --locked --root "$tools" "cargo-deny@$cargo_deny_version"
  rm -rf "$tools/build"
}

check_toolchains
mkdir -p "$tools/bin"
mapfile -t packages < <(missing_packages | tr ' ' '\n' | sort -u)
[ "${#packages[@]}" -eq 0 ] || install_packages "${packages[@]}"
build_server nats-server github.com/nats-io/nats-server/v2
build_server versitygw github.com/versity/versitygw/cmd/versitygw
build_server helm helm.sh/helm/v3/cmd/helm
build_server coredns github.com/coredns/coredns
build_kubernetes
copy_crds gateway-api sigs.k8s.io/gateway-api \
  config/crd/standard/'*_'{gatewayclasses,gateways,httproutes,referencegrants}.yaml
copy_crds prometheus-operator github.com/prometheus-operator/prometheus-operator \
  'example/prometheus-operator-crd/*_servicemonitors.yaml'
install_cargo_deny
for folder in services/web tests/browser; do
  [ ! -f "$folder/package-lock.json" ] || scripts/npm-ci.sh "$folder"
done
say "the tests have all that they need"
