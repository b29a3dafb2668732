#!/usr/bin/env bash
# Builds Mailpit, an SMTP server with an API to read what came, once, and prints the path of its binary.
# usage: scripts/install-mailpit.sh
set -euo pipefail
# shellcheck source=scripts/env.sh
source "$(dirname "${BASH_SOURCE[0]}")/env.sh"

# Its version, and the hash of each module that it is built from.
LOCK=$REPO/scripts/locked/mailpit
VERSION=$(sed -n 's|.*github.com/axllent/mailpit v\([0-9.]*\).*|\1|p' "$LOCK/go.mod")
MAILPIT=$TOOLS/mailpit-$VERSION/mailpit

is_installed() {
  "$MAILPIT" version --no-release-check 2>/dev/null | grep -qwF "v$VERSION"
}

if ! is_installed; then
  say "building Mailpit $VERSION into ${MAILPIT%/*} (once)" >&2
  # Without the flag it calls its version "dev".
  build_locked "$LOCK" "$MAILPIT" github.com/axllent/mailpit -ldflags "-X github.com/axllent/mailpit/config.Version=v$VERSION"
  is_installed || die "Mailpit was built, but $MAILPIT is not version $VERSION"
fi
printf '%s\n' "$MAILPIT"
