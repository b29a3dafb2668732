#!/usr/bin/env bash
# Installs the media servers' own clients for Node, which tests hold our side against, once; prints their folder.
# usage: scripts/install-media-clients.sh
set -euo pipefail
# shellcheck source=scripts/env.sh
source "$(dirname "${BASH_SOURCE[0]}")/env.sh"

CLIENTS=$TOOLS/media-clients
LOCK=$REPO/scripts/locked/media-clients
WANTED=$(sha256sum <"$LOCK/package-lock.json")

if [ "$(cat "$CLIENTS/installed" 2>/dev/null)" != "$WANTED" ]; then
  say "installing the media servers' clients into $CLIENTS" >&2
  install_locked "$LOCK" "$CLIENTS" "$REPO/scripts/with-node" npm
  printf '%s\n' "$WANTED" >"$CLIENTS/installed"
fi
printf '%s\n' "$CLIENTS"
