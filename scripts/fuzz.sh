#!/usr/bin/env bash
# Drives each fuzz target by coverage for a while, from its corpus on; what breaks something is left in tools/fuzz/libfuzzer/artifacts.
# usage: scripts/fuzz.sh [SECONDS EACH] [TARGET…]
set -euo pipefail
# shellcheck source=scripts/env.sh
source "$(dirname "${BASH_SOURCE[0]}")/env.sh"

CARGO_FUZZ_VERSION=0.13.2
FUZZ=$REPO/tools/fuzz/libfuzzer
SECONDS_EACH=${1:-120}

install() {
  [ "$("$TOOLS/bin/cargo-fuzz" --version 2>/dev/null)" = "cargo-fuzz $CARGO_FUZZ_VERSION" ] && return
  say "building cargo-fuzz $CARGO_FUZZ_VERSION into $TOOLS (once)"
  env -u CARGO_TARGET_DIR cargo install --quiet --locked --force --root "$TOOLS" --version "$CARGO_FUZZ_VERSION" cargo-fuzz
}

# New inputs that reach more code are kept in the cache, and not in the repository: those that teach something are chosen by hand.
drive() {
  local found=$CACHE/fuzz/$1
  mkdir -p "$found"
  say "$1: $SECONDS_EACH s"
  "$TOOLS/bin/cargo-fuzz" run --fuzz-dir "$FUZZ" --target-dir "$CACHE/fuzz-target" "$1" "$found" "$REPO/tools/fuzz/corpus/$1" -- \
    -max_total_time="$SECONDS_EACH" -max_len=4096 -rss_limit_mb=2048 -timeout=10 -print_final_stats=1
}

install
# The sanitizers' flags are those of a nightly compiler; the pinned one takes them when told to.
export RUSTC_BOOTSTRAP=1
shift || true
targets=("$@")
if [ ${#targets[@]} -eq 0 ]; then
  for file in "$FUZZ"/fuzz_targets/*.rs; do
    targets+=("$(basename "$file" .rs)")
  done
fi
for target in "${targets[@]}"; do
  drive "$target"
done
