#!/bin/sh
# Measures the operator: FORUMS (200) forums at once, then IDLE_SECONDS (60) in which nothing happens.
set -eu
cd "$(dirname "$0")/.."
for tool in kube-apiserver kubectl; do
  [ -x ".cache/tools/bin/$tool" ] || { scripts/setup-test-deps.sh >&2; break; }
done
cargo build --release --locked --quiet -p folkmoot-operator >&2
# The servers have memory to spare: less of the processors goes into collecting theirs.
export GOGC=400
# The program that measures waits most of the time; building it optimised as well would take minutes.
OPERATOR="$PWD/target/release/folkmoot-operator" \
  exec cargo bench --profile dev --locked --quiet -p folkmoot-cluster-tests --bench operator
