#!/usr/bin/env bash
# Runs everything that can tell whether the tree is right. Every stage runs, whatever became of the one before.
# The last line is the sum: N passed, N failed, N skipped.
set -uo pipefail
cd "$(dirname "$0")/.."

export CARGO_TERM_COLOR=never NO_COLOR=1 FORCE_COLOR=0 CARGO_NET_RETRY=5
export PATH="$PWD/.cache/tools/bin:$PATH"
logs=target/test-logs
mkdir -p "$logs"
rm -f "$logs"/*
ulimit -n "$(ulimit -Hn)" 2>/dev/null || true

names=() outcomes=() seconds=() counts=() skips=()
passed=0 failed=0 skipped=0

# stage NAME LIMIT_SECONDS COUNTER COMMAND...: runs the command into a log. COUNTER reads the log and sets
# the three numbers; one_check counts the stage as one test.
stage() {
  local name=$1 limit=$2 counter=$3 start=$SECONDS outcome=ok
  shift 3
  local log="$logs/${name// /-}.log" status=0
  printf '\n== %s\n' "$name"
  limited "$limit" "$@" >"$log" 2>&1 </dev/null || status=$?
  local stage_passed=0 stage_failed=0 stage_skipped=0
  "$counter" "$log" "$status"
  if [ "$status" -ne 0 ]; then
    outcome=FAILED
    # A stage that broke before it could count is one failure.
    [ "$stage_failed" -gt 0 ] || stage_failed=1
    explain "$log"
    [ "$status" -ne 124 ] || printf 'it did not end within %s s\n' "$limit"
    printf '%s: exit status %s; the whole log is %s\n' "$name" "$status" "$log"
  fi
  passed=$((passed + stage_passed)) failed=$((failed + stage_failed)) skipped=$((skipped + stage_skipped))
  names+=("$name") outcomes+=("$outcome") seconds+=($((SECONDS - start)))
  counts+=("$stage_passed passed, $stage_failed failed, $stage_skipped skipped")
  printf '%s: %s, %s s\n' "$name" "$outcome" "$((SECONDS - start))"
}

# limited SECONDS COMMAND...: ends the command, a program or a function of this script, with all it has started.
limited() {
  local limit=$1
  shift
  if [ "$(type -t "$1")" = function ]; then
    timeout --kill-after=20 "$limit" bash -uo pipefail -c "$(declare -f "$1"); $1"
  else
    timeout --kill-after=20 "$limit" "$@"
  fi
}

# skip NAME REASON
skip() {
  skipped=$((skipped + 1))
  names+=("$1") outcomes+=(skipped) seconds+=(0) counts+=("0 passed, 0 failed, 1 skipped")
  skips+=("$1: $2")
  printf '\n== %s\n%s: skipped: %s\n' "$1" "$1" "$2"
}

# The part of a failed stage's log that says why: what is marked as an error, then the end.
explain() {
  local lines
  lines=$(wc -l <"$1")
  if [ "$lines" -gt 120 ]; then
    grep -nE '^(error|warning: unused|Diff in|thread .* panicked|not ok|test .* FAILED)|^ *(FAIL|×|✖) ' "$1" | head -n 60
    printf '[...]\n'
  fi
  tail -n 120 "$1"
}

one_check() { [ "$2" -ne 0 ] || stage_passed=1; }
no_check() { :; }

cargo_counts() {
  read -r stage_passed stage_failed stage_skipped < <(
    awk '/^test result:/ {
      for (i = 1; i <= NF; i++) {
        if ($i ~ /^passed/) p += $(i - 1)
        if ($i ~ /^failed/) f += $(i - 1)
        if ($i ~ /^ignored/) s += $(i - 1)
      }
    } END { print p + 0, f + 0, s + 0 }' "$1"
  )
  mapfile -t ignored < <(grep -hE '^test .* \.\.\. ignored' "$1" | sed 's/^test //')
  [ "${#ignored[@]}" -eq 0 ] || skips+=("${ignored[@]}")
}

vitest_counts() {
  read -r stage_passed stage_failed stage_skipped < <(
    node -e '
      const r = JSON.parse(require("fs").readFileSync(process.argv[1], "utf8"));
      console.log(r.numPassedTests, r.numFailedTests, r.numPendingTests + r.numTodoTests);
    ' "$logs/web-unit.json" 2>/dev/null || echo 0 0 0
  )
}

# The TAP of node --test ends with its sums.
node_counts() {
  read -r stage_passed stage_failed stage_skipped < <(
    awk '/^# pass /{p += $3} /^# (fail|cancelled) /{f += $3} /^# (skipped|todo) /{s += $3} END {print p + 0, f + 0, s + 0}' "$1"
  )
}

one_tls_stack() {
  local packages
  packages=$(cargo tree --workspace --locked --target all --prefix none) || return 1
  if grep -E '^(aws-lc-sys|aws-lc-rs|openssl-sys|native-tls) ' <<<"$packages"; then
    printf 'TLS is rustls on ring alone; see cargo tree -i for who brings these in\n'
    return 1
  fi
}

advisories() {
  local log="$logs/advisories-fetch.log"
  if timeout 120 cargo deny fetch db >"$log" 2>&1 </dev/null; then
    stage advisories 120 one_check cargo deny --offline check --hide-inclusion-graph advisories
  else
    skip advisories "the database of advisories cannot be had: $(grep -iE '^(fatal|error)' "$log" | tail -n 1 | grep . || tail -n 1 "$log")"
  fi
}

browser_tests() {
  npm --prefix tests/browser test -- --test-reporter=tap --test-reporter-destination=stdout
}

# What takes pods takes a whole Kubernetes node, which not every machine permits.
cluster_tests() {
  local reason
  if reason=$(tests/cluster/node check 2>&1); then
    stage cluster 1500 cargo_counts cargo test --locked --workspace --no-fail-fast --test cluster -- --nocapture
  else
    skip cluster "$(tail -n 1 <<<"$reason")"
  fi
}

summary() {
  printf '\n%-18s %-8s %6s  %s\n' stage outcome seconds counts
  local i
  for i in "${!names[@]}"; do
    printf '%-18s %-8s %6s  %s\n' "${names[i]}" "${outcomes[i]}" "${seconds[i]}" "${counts[i]}"
  done
  if [ "${#skips[@]}" -gt 0 ]; then
    printf '\nskipped:\n'
    printf '  %s\n' "${skips[@]}"
  fi
  printf '\nin %s s\n' "$SECONDS"
  printf '%s passed, %s failed, %s skipped\n' "$passed" "$failed" "$skipped" | tee "$logs/sum"
}

# A function, so that the script is read to its end before it begins and may be edited while it runs.
main() {
  stage setup 1500 no_check scripts/setup-test-deps.sh
  stage format 120 one_check cargo fmt --all --check
  stage dependencies 300 one_check cargo deny --locked check --hide-inclusion-graph licenses bans sources
  advisories
  stage "one TLS stack" 120 one_check one_tls_stack
  stage clippy 1500 one_check cargo clippy --locked --workspace --all-targets -- -D warnings
  stage "web lint" 300 one_check npm --prefix services/web run lint
  stage "web types" 120 one_check npm --prefix services/web run generate:check
  stage "web unit" 300 vitest_counts \
    npm --prefix services/web test -- --reporter=default --reporter=json --outputFile="$PWD/$logs/web-unit.json"
  stage "web build" 300 one_check scripts/build-web.sh
  stage build 1500 one_check cargo build --locked --workspace --bins --tests
  stage "rust tests" 2400 cargo_counts cargo test --locked --workspace --no-fail-fast -- --skip on_a_node::
  cluster_tests
  stage browser 900 node_counts browser_tests

  summary
  [ "$failed" -eq 0 ]
}

main
exit
