#!/usr/bin/env bash
# Builds FerretDB, a server that speaks MongoDB's protocol and keeps its data in SQLite, once, and prints the path of its binary.
# usage: scripts/install-ferretdb.sh
set -euo pipefail
# shellcheck source=scripts/env.sh
source "$(dirname "${BASH_SOURCE[0]}")/env.sh"

# Its version, the hash of each module that it is built from, and a command: FerretDB's own wants files that only its releases have.
LOCK=$REPO/scripts/locked/ferretdb
VERSION=$(sed -n 's|^require github.com/FerretDB/FerretDB v\([0-9.]*\).*|\1|p' "$LOCK/go.mod")
FERRETDB=$TOOLS/ferretdb-$VERSION/ferretdb

is_installed() {
  [ "$("$FERRETDB" --version 2>/dev/null)" = "ferretdb $VERSION" ]
}

if ! is_installed; then
  say "building FerretDB $VERSION into ${FERRETDB%/*} (once)" >&2
  build_locked "$LOCK" "$FERRETDB" . -ldflags "-X main.version=$VERSION"
  is_installed || die "FerretDB was built, but $FERRETDB is not version $VERSION"
fi
printf '%s\n' "$FERRETDB"
