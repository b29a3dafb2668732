#!/usr/bin/env bash
# Proves that the seeded harness can fail: each patch beside this script puts one deliberate fault
# into a copy of the core, and the harness must then be red. On the copy without a fault it must be
# green. Nothing in the repository is touched.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
core=$(dirname "$here")
root=$(cd "$core/../.." && pwd)
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$root/target}/mutants"
export RENDEZVOUS_SEEDS="${RENDEZVOUS_SEEDS:-200}"
export RUST_BACKTRACE=0

copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
log="$copy/log"
passed=0
failed=0

# The workspace, with only what the core is built from.
mkdir -p "$copy/crates" "$copy/signaling"
cp -R "$root/crates/wire" "$copy/crates/wire"
cp "$root/Cargo.lock" "$copy/"
awk '/^members = \[/ { print "members = [\"crates/wire\", \"signaling/core\"]"; skip = 1 }
     !skip { print }
     skip && /^\]/ { skip = 0 }' "$root/Cargo.toml" >"$copy/Cargo.toml"

fresh_core() {
    rm -rf "$copy/signaling/core"
    # Without -p: cargo goes by the files' times, and must see that they are others than before.
    cp -R "$core" "$copy/signaling/core"
}

build() { (cd "$copy" && cargo test --quiet --offline -p signaling-core --test harness --no-run) >"$log" 2>&1; }
harness() { (cd "$copy" && cargo test --quiet --offline -p signaling-core --test harness) >"$log" 2>&1; }

fresh_core
if ! harness; then
    cat "$log"
    echo "mutants: the harness is red without any fault" >&2
    exit 1
fi

for patch in "$here"/*.patch; do
    name=$(basename "$patch" .patch)
    fresh_core
    if ! (cd "$copy/signaling/core" && GIT_CEILING_DIRECTORIES="$copy" git apply "$patch") || ! build; then
        echo "fault $name: does not apply or build"
        cat "$log"
        failed=$((failed + 1))
    elif harness; then
        echo "fault $name: not noticed"
        failed=$((failed + 1))
    else
        echo "fault $name: caught: $(grep -m 1 -A 1 'panicked at' "$log" | tail -n 1)"
        passed=$((passed + 1))
    fi
done

echo "mutants: $passed passed, $failed failed, 0 skipped"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
