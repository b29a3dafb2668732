#!/usr/bin/env bash
# Installs the media servers' own clients for Node, which tests hold our side against, once; prints their folder.
# usage: scripts/install-media-clients.sh
set -euo pipefail
# shellcheck source=scripts/env.sh
source "$(dirname "${BASH_SOURCE[0]}")/env.sh"

CLIENTS=$TOOLS/media-clients
LIVEKIT_SERVER_SDK=2.19.2
OPENVIDU_NODE_CLIENT=2.32.2
WANTED="livekit-server-sdk@$LIVEKIT_SERVER_SDK openvidu-node-client@$OPENVIDU_NODE_CLIENT"

if [ "$(cat "$CLIENTS/installed" 2>/dev/null)" != "$WANTED" ]; then
  say "installing $WANTED into $CLIENTS" >&2
  mkdir -p "$CLIENTS"
  # shellcheck disable=SC2086 # two packages
  "$REPO/scripts/with-node" npm install --prefix "$CLIENTS" --no-save --no-package-lock --no-audit --no-fund \
    --ignore-scripts --loglevel=error $WANTED >&2
  printf '%s\n' "$WANTED" >"$CLIENTS/installed"
fi
printf '%s\n' "$CLIENTS"
