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

# build_server NAME PACKAGE: builds tests/tools/NAME at the pinned version, once for each version.
build_server() {
  local name=$1 package=$2 folder="tests/tools/$1" version
  version=$(cat "$folder/go.mod" "$folder/go.sum" | sha256sum | cut -c 1-12)
  local program="$tools/$name-$version"
  if [ ! -x "$program" ]; then
    say "building $name"
    (cd "$folder" && CGO_ENABLED=0 GOFLAGS=-mod=readonly go build -trimpath -ldflags='-s -w' -o "$program.new" "$package")
    mv "$program.new" "$program"
  fi
  ln -sfn "../$name-$version" "$tools/bin/$name"
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
install_cargo_deny
for folder in services/web tests/browser; do
  [ ! -f "$folder/package-lock.json" ] || scripts/npm-ci.sh "$folder"
done
say "the tests have all that they need"
