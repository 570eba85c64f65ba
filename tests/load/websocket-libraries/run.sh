#!/bin/sh
# Measures every library: server on core 0, load on core 1. Prints one block per library.
#   ./run.sh [SOCKETS] [RATE] [SECONDS] [IDLE_SOCKETS] [LIBRARY...]
set -eu
cd "$(dirname "$0")"
sockets=${1:-1000} rate=${2:-20} seconds=${3:-10} idle=${4:-9000}
[ $# -gt 4 ] && shift 4 || set -- floor folkmoot tungstenite axum fastwebsockets tokio-websockets sockudo-ws
ulimit -n "$(ulimit -Hn)"
[ -n "${BIN:-}" ] || cargo build --release --quiet
bin=${BIN:-${CARGO_TARGET_DIR:-target}/release/websocket-libraries}
port=${PORT:-18100}
for library in "$@"; do
    for load in "$sockets $rate" "$idle 0"; do
        port=$((port + 1))
        taskset -c 0 "$bin" server "$library" "$port" &
        server=$!
        until ss -Hltn "sport = :$port" | grep -q .; do sleep 0.1; done
        printf '%-18s' "$library"
        # shellcheck disable=SC2086
        [ "${load#* }" = 0 ] && [ "$idle" = 0 ] || taskset -c 1 "$bin" load "$server" "$port" $load "$seconds" || true
        kill "$server"
        wait "$server" 2>/dev/null || true
    done
done
