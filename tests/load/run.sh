#!/bin/sh
# Measures Folkmoot's chat and its peers: see README.md. Options are passed on:
#   --quick                 at most three minutes, without the variants of the floor and of Folkmoot
#   --only folkmoot,floor   some servers (floor, floor-joined, folkmoot, folkmoot-redis, socket-io, fastapi)
#   --parts steady          some figures (steady, highest, idle)
#   --shapes 1x1000         one shape (1x1000, 100x10)
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
root=$(CDPATH='' cd -- "$here/../.." && pwd)
cache="$root/.cache/load"
wanted=$(printf '%s ' "$@" | sed -n 's/.*--only[ =]\([^ ]*\).*/\1/p')
wanted=${wanted:-floor,folkmoot,socket-io,fastapi}
has() { case ",$wanted," in *",$1,"*) return 0 ;; *) return 1 ;; esac; }
need() { command -v "$1" >/dev/null || { echo "$1 is needed: $2" >&2; exit 1; }; }

need taskset "it is part of util-linux"
need setpriv "it is part of util-linux"
[ "$(nproc)" -ge 2 ] || { echo "two cores are needed: one for the server, one for the load" >&2; exit 1; }
ulimit -n "$(ulimit -Hn)"
[ "$(ulimit -n)" -ge 11000 ] || echo "open files are limited to $(ulimit -n): the memory figure needs 11000" >&2
mkdir -p "$cache"

# Without --only and --quick the variants are measured too; they need nothing more.
if has folkmoot-redis || has socket-io || has fastapi; then
  need redis-server "the peers and the second variant of Folkmoot use it"
fi

if has socket-io; then
  need npm "the Socket.IO peer runs on Node.js"
  mkdir -p "$cache/socket-io"
  cp "$here/peers/socket-io/server.js" "$here/peers/socket-io/package.json" "$cache/socket-io/"
  if ! cmp -s "$here/peers/socket-io/package-lock.json" "$cache/socket-io/package-lock.json"; then
    cp "$here/peers/socket-io/package-lock.json" "$cache/socket-io/"
    (cd "$cache/socket-io" && npm ci --omit=dev --ignore-scripts --no-audit --no-fund >&2) ||
      { rm -f "$cache/socket-io/package-lock.json"; exit 1; }
  fi
fi

if has fastapi && ! cmp -s "$here/peers/fastapi/requirements.txt" "$cache/fastapi/requirements.txt"; then
  need python3 "the FastAPI peer runs on Python"
  python3 -m venv "$cache/fastapi"
  "$cache/fastapi/bin/pip" install --quiet --no-deps -r "$here/peers/fastapi/requirements.txt" >&2
  cp "$here/peers/fastapi/requirements.txt" "$cache/fastapi/"
fi

cd "$root"
if has folkmoot || has folkmoot-redis; then
  cargo build --release -p folkmoot >&2
fi
cargo bench -p folkmoot-load --bench realtime --no-run >&2
# The generator has core 1; it puts the server under test on core 0.
exec taskset -c 1 cargo bench --quiet -p folkmoot-load --bench realtime -- "$@"
