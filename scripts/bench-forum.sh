#!/bin/sh
# Measures the forum on a large data set, beside a peer on FastAPI: see tests/load/README.md. Options are passed on:
#   --users 50000 --threads 20000 --comments 1000000 --likes 500000   the data set
#   --rate 200 --seconds 20                                            the load
#   --database postgres://...   one that was seeded and whose events were told before: only the load, to try things out
#   --only comment                                                     one kind of request
#   --no-peer
set -eu
cd "$(dirname "$0")/.."
command -v taskset >/dev/null || { echo "taskset is needed: it is part of util-linux" >&2; exit 1; }
[ "$(nproc)" -ge 2 ] || { echo "two cores are needed: the server may use one of them" >&2; exit 1; }
[ -x .cache/tools/bin/nats-server ] || scripts/setup-test-deps.sh >&2

peer=tests/load/peers/forum-fastapi cache="$PWD/.cache/load/forum-fastapi"
case " $* " in
*" --no-peer "*) ;;
*)
  if ! cmp -s "$peer/requirements.txt" "$cache/requirements.txt"; then
    python3 -m venv "$cache"
    "$cache/bin/pip" install --quiet --no-deps -r "$peer/requirements.txt" >&2
    cp "$peer/requirements.txt" "$cache/"
  fi
  export PEER_PYTHON="$cache/bin/python"
  ;;
esac

cargo build --release --locked --quiet -p folkmoot >&2
# The generator waits most of the time; building it optimised as well would take minutes.
cargo bench --profile dev --locked --quiet -p folkmoot-tests --bench forum --no-run >&2
FOLKMOOT="$PWD/target/release/folkmoot" PATH="$PWD/.cache/tools/bin:$PATH" \
  exec cargo bench --profile dev --locked --quiet -p folkmoot-tests --bench forum -- "$@"
