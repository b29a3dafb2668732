#!/usr/bin/env bash
# Builds Toxiproxy, through which tests disturb the way to a database, once, and prints the path of its binary.
# usage: scripts/install-toxiproxy.sh
set -euo pipefail
# shellcheck source=scripts/env.sh
source "$(dirname "${BASH_SOURCE[0]}")/env.sh"

# Its version, and the hash of each module that it is built from.
LOCK=$REPO/scripts/locked/toxiproxy
VERSION=$(sed -n 's|.*github.com/Shopify/toxiproxy/v2 v\([0-9.]*\).*|\1|p' "$LOCK/go.mod")
TOXIPROXY=$TOOLS/toxiproxy-$VERSION/server

is_installed() {
  [ "$("$TOXIPROXY" --version 2>/dev/null)" = "toxiproxy-server version $VERSION" ]
}

if ! is_installed; then
  say "building Toxiproxy $VERSION into ${TOXIPROXY%/*} (once)" >&2
  # Without the flag it calls its version "git".
  build_locked "$LOCK" "$TOXIPROXY" github.com/Shopify/toxiproxy/v2/cmd/server -ldflags "-X github.com/Shopify/toxiproxy/v2.Version=$VERSION"
  is_installed || die "Toxiproxy was built, but $TOXIPROXY is not version $VERSION"
fi
printf '%s\n' "$TOXIPROXY"
