#!/usr/bin/env bash
# Installs Schemathesis, which tries what a service says of itself, into the cache: nothing on the system changes.
# Needs Python 3.11 or newer with pip. Nothing is done twice.
set -euo pipefail
# shellcheck source=scripts/env.sh
source "$(dirname "${BASH_SOURCE[0]}")/../env.sh"

LOCK=$REPO/scripts/contracts/requirements.txt
SITE=$CACHE/schemathesis

main() {
  local recipe
  # Some of it is compiled, and for one Python.
  recipe=$(python3 --version; cat "$LOCK" "${BASH_SOURCE[0]}")
  recipe=$(sha256sum <<<"$recipe")
  [ "$(cat "$SITE/recipe" 2>/dev/null)" = "$recipe" ] && return
  python3 -m pip --version >/dev/null || die "Schemathesis is installed with pip: install python3-pip"
  say "installing Schemathesis into $SITE (once)" >&2
  mkdir -p "$CACHE"
  WORK=$(mktemp -d "$CACHE/schemathesis.XXXXXX")
  trap 'rm -rf "$WORK"' EXIT
  python3 -m pip install --quiet --no-deps --only-binary :all: --require-hashes --no-cache-dir --disable-pip-version-check \
    --root-user-action ignore --target "$WORK" -r "$LOCK"
  PYTHONPATH=$WORK python3 -B -c 'from schemathesis.cli import schemathesis'
  echo "$recipe" >"$WORK/recipe"
  rm -rf "$SITE"
  mv "$WORK" "$SITE"
}

main
