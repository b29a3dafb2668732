#!/usr/bin/env bash
# Installs the official libraries of Standard Webhooks for Node and Python, which tests hold our signatures against, once;
# prints their folder.
# usage: scripts/install-webhook-libraries.sh
set -euo pipefail
# shellcheck source=scripts/env.sh
source "$(dirname "${BASH_SOURCE[0]}")/env.sh"

LIBRARIES=$TOOLS/webhook-libraries
LOCK=$REPO/scripts/locked/webhook-libraries
WANTED=$(cat "$LOCK/package-lock.json" "$LOCK/requirements.txt" | sha256sum)

if [ "$(cat "$LIBRARIES/installed" 2>/dev/null)" != "$WANTED" ]; then
  say "installing the libraries of Standard Webhooks into $LIBRARIES" >&2
  install_locked "$LOCK" "$LIBRARIES" "$REPO/scripts/with-node" npm
  python3 -m pip --version >/dev/null || die "the library for Python is installed with pip: install python3-pip"
  python3 -m pip install --quiet --no-deps --only-binary :all: --require-hashes --no-cache-dir --disable-pip-version-check \
    --root-user-action ignore --upgrade --target "$LIBRARIES/python" -r "$LOCK/requirements.txt" >&2
  printf '%s\n' "$WANTED" >"$LIBRARIES/installed"
fi
printf '%s\n' "$LIBRARIES"
