#!/usr/bin/env bash
# Builds SecantusDB, a server that speaks MongoDB's protocol, once, and prints the path of its binary.
# It is under the GPL: a process of its own in tests, never linked and never shipped.
# usage: scripts/install-secantus.sh
set -euo pipefail
# shellcheck source=scripts/env.sh
source "$(dirname "${BASH_SOURCE[0]}")/env.sh"

SECANTUS_VERSION=$(cat "$REPO/scripts/locked/secantus/version")
HOME_OF_IT=$TOOLS/secantus-$SECANTUS_VERSION
SECANTUS=$HOME_OF_IT/bin/secantusd-rs
# What Cargo writes once all of it is in place.
DONE=$HOME_OF_IT/.crates.toml

is_installed() {
  [ -x "$SECANTUS" ] && grep -qF "secantus-mdb $SECANTUS_VERSION " "$DONE" 2>/dev/null
}

if ! is_installed; then
  command -v cmake >/dev/null || die "SecantusDB is built with cmake: scripts/install-test-deps.sh installs it"
  say "building SecantusDB $SECANTUS_VERSION into $HOME_OF_IT (once; minutes)" >&2
  BUILD=$CACHE/secantus-build
  env -u CARGO_TARGET_DIR -u RUSTFLAGS nice -n 5 \
    cargo install --quiet --locked --force --ignore-rust-version --root "$HOME_OF_IT" --target-dir "$BUILD" --version "$SECANTUS_VERSION" secantus-mdb >&2
  is_installed || die "SecantusDB was built, but $SECANTUS is not version $SECANTUS_VERSION"
  rm -rf "$BUILD"
fi
printf '%s\n' "$SECANTUS"
