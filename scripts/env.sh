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
