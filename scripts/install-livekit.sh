#!/usr/bin/env bash
# Builds the LiveKit server that tests talk to, once, and prints the path of its binary.
# usage: scripts/install-livekit.sh
set -euo pipefail
# shellcheck source=scripts/env.sh
source "$(dirname "${BASH_SOURCE[0]}")/env.sh"

LIVEKIT_VERSION=1.13.5
# Its version again, and the hash of each module that it is built from.
LIVEKIT_LOCK=$REPO/scripts/locked/livekit
LIVEKIT_HOME=$TOOLS/livekit-$LIVEKIT_VERSION
LIVEKIT=$LIVEKIT_HOME/server

is_installed() {
  [ -x "$LIVEKIT" ] && "$LIVEKIT" --version 2>/dev/null | grep -qF "$LIVEKIT_VERSION"
}

install() {
  say "building LiveKit $LIVEKIT_VERSION into $LIVEKIT_HOME (once, a few minutes)" >&2
  grep -qwF "livekit-server v$LIVEKIT_VERSION" "$LIVEKIT_LOCK/go.mod" || die "$LIVEKIT_LOCK/go.mod is of another version than $LIVEKIT_VERSION"
  build_locked "$LIVEKIT_LOCK" "$LIVEKIT" github.com/livekit/livekit-server/cmd/server
  is_installed || die "LiveKit was built, but $LIVEKIT is not version $LIVEKIT_VERSION"
}

is_installed || install
printf '%s\n' "$LIVEKIT"
