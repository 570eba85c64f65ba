#!/bin/sh
# Measures Folkmoot against its peers in one run. Options are those of tests/load/run.sh.
set -eu
cd "$(dirname "$0")/.."
exec tests/load/run.sh "$@"
