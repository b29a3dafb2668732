#!/usr/bin/env bash
# Builds Centrifugo, which chat is measured beside, once, and prints the path of its binary.
# usage: scripts/install-centrifugo.sh
set -euo pipefail
# shellcheck source=scripts/env.sh
source "$(dirname "${BASH_SOURCE[0]}")/env.sh"

# Its version, and the hash of each module that it is built from.
LOCK=$REPO/scripts/locked/centrifugo
VERSION=$(sed -n 's|.*github.com/centrifugal/centrifugo/v6 v\([0-9.]*\).*|\1|p' "$LOCK/go.mod")
CENTRIFUGO=$TOOLS/centrifugo-$VERSION/centrifugo

is_installed() {
  "$CENTRIFUGO" version 2>/dev/null | grep -qF "v$VERSION "
}

if ! is_installed; then
  say "building Centrifugo $VERSION into ${CENTRIFUGO%/*} (once, a few minutes)" >&2
  # Without the flag it calls its version "0.0.0".
  build_locked "$LOCK" "$CENTRIFUGO" github.com/centrifugal/centrifugo/v6 -ldflags "-X github.com/centrifugal/centrifugo/v6/internal/build.Version=$VERSION"
  is_installed || die "Centrifugo was built, but $CENTRIFUGO is not version $VERSION"
fi
printf '%s\n' "$CENTRIFUGO"
