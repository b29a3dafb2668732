#!/usr/bin/env bash
# Builds the client into web/sdk/dist, the SDK for Node into web/server/dist, and the web app into web/app/dist, which the binary
# embeds. Does nothing where all are up to date.
# usage: scripts/build-web.sh [--modules-only]
set -euo pipefail
# shellcheck source=scripts/env.sh
source "$(dirname "${BASH_SOURCE[0]}")/env.sh"
cd "$REPO/web"

# The stamps stand in node_modules: they go when it goes, and are never embedded or committed.
MODULES_STAMP=node_modules/.rendezvous-modules
BUILD_STAMP=node_modules/.rendezvous-build

# By content, not by time: a checkout or a deleted file changes what is built, too.
modules_sum() { sha256sum package-lock.json package.json ./*/package.json ./examples/*/package.json | sha256sum; }

sources_sum() {
  find sdk app server package-lock.json tsconfig.base.json \
    \( -name node_modules -o -name dist -o -name test \) -prune -o -type f -print0 |
    LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum
}

is_current() { [ "$(cat "$1" 2>/dev/null)" = "$2" ]; }

modules=$(modules_sum)
if ! is_current "$MODULES_STAMP" "$modules"; then
  say "installing the web packages"
  "$REPO/scripts/with-node" npm ci --include=dev --ignore-scripts --no-audit --no-fund --loglevel=error
  printf '%s\n' "$modules" >"$MODULES_STAMP"
fi
[ "${1:-}" != --modules-only ] || exit 0

sources=$(sources_sum)
if ! is_current "$BUILD_STAMP" "$sources" || [ ! -f app/dist/index.html ] || [ ! -f sdk/dist/index.js ] || [ ! -f server/dist/index.js ]; then
  say "building the web app"
  "$REPO/scripts/with-node" npm run build --silent
  printf '%s\n' "$sources" >"$BUILD_STAMP"
fi
