# shellcheck shell=bash
# Sourced by the other scripts: where things are. It installs nothing.

REPO=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# Tools and test builds live outside the repository, so that a fresh clone on a warm machine is fast.
CACHE=${XDG_CACHE_HOME:-$HOME/.cache}/rendezvous
TOOLS=$CACHE/tools
export REPO CACHE TOOLS

say() { printf '==> %s\n' "$*"; }

die() {
  printf 'error: %s\n' "$*" >&2
  exit 1
}

# install_locked LOCK HOME NPM…: installs what the lock file in the folder LOCK names into HOME, each package by its hash, and runs none of their scripts.
install_locked() {
  local lock=$1 home=$2
  shift 2
  mkdir -p "$home"
  cp "$lock/package.json" "$lock/package-lock.json" "$home"
  "$@" ci --prefix "$home" --ignore-scripts --no-audit --no-fund --loglevel=error >&2
}

# build_locked LOCK BINARY PACKAGE [FLAG…]: builds the Go command PACKAGE of the module that the folder LOCK describes, each module in it by its hash.
build_locked() {
  local lock=$1 binary=$2 package=$3
  shift 3
  command -v go >/dev/null || die "$package is built with Go: install Go 1.26 or newer (https://go.dev/dl)"
  mkdir -p "$(dirname "$binary")"
  env -u GOFLAGS go build -C "$lock" -mod=readonly "$@" -o "$binary" "$package" >&2
}
