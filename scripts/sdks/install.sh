#!/usr/bin/env bash
# Installs what makes and tests the SDKs for servers into the cache: the generator of TypeScript, and for Python mypy, a client of
# WebSockets and what builds the wheel. Nothing on the system changes, and nothing is done twice. Needs Python 3.11 or newer with pip.
set -euo pipefail
# shellcheck source=scripts/env.sh
source "$(dirname "${BASH_SOURCE[0]}")/../env.sh"

GENERATOR_LOCK=$REPO/scripts/locked/openapi-typescript
GENERATOR=$TOOLS/openapi-typescript
PYTHON_LOCK=$REPO/scripts/sdks/requirements.txt
PYTHON=$TOOLS/sdks-python

install_generator() {
  local wanted
  wanted=$(sha256sum <"$GENERATOR_LOCK/package-lock.json")
  [ "$(cat "$GENERATOR/installed" 2>/dev/null)" = "$wanted" ] && return
  say "installing openapi-typescript into $GENERATOR (once)" >&2
  install_locked "$GENERATOR_LOCK" "$GENERATOR" "$REPO/scripts/with-node" npm
  printf '%s\n' "$wanted" >"$GENERATOR/installed"
}

install_python() {
  local wanted
  # Some of it is compiled, and for one Python.
  wanted=$(python3 --version; sha256sum <"$PYTHON_LOCK")
  [ "$(cat "$PYTHON/installed" 2>/dev/null)" = "$wanted" ] && return
  python3 -m pip --version >/dev/null || die "mypy and others are installed with pip: install python3-pip"
  say "installing mypy, websockets and flit into $PYTHON (once)" >&2
  mkdir -p "$TOOLS"
  WORK=$(mktemp -d "$TOOLS/sdks-python.XXXXXX")
  trap 'rm -rf "$WORK"' EXIT
  python3 -m pip install --quiet --no-deps --only-binary :all: --require-hashes --no-cache-dir --disable-pip-version-check \
    --root-user-action ignore --target "$WORK" -r "$PYTHON_LOCK"
  printf '%s\n' "$wanted" >"$WORK/installed"
  rm -rf "$PYTHON"
  mv "$WORK" "$PYTHON"
}

install_generator
install_python
