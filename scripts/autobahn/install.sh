#!/usr/bin/env bash
# Installs the Autobahn WebSocket test suite into the cache, with the Python 2.7 that it still needs: nothing on the system changes.
# Needs apt-get, pip, a C compiler and x86-64. Nothing is done twice.
set -euo pipefail
# shellcheck source=scripts/env.sh
source "$(dirname "${BASH_SOURCE[0]}")/../env.sh"

HERE=$REPO/scripts/autobahn
AUTOBAHN=$CACHE/autobahn
# Debian's last release with Python 2.7, and what of it the suite uses.
SUITE=bullseye
PACKAGES=(python2.7 python2.7-minimal libpython2.7 libpython2.7-minimal libpython2.7-stdlib libpython2.7-dev libssl1.1 libffi7)
# The last ones for Python 2.7; they install the others.
KEYRING=/usr/share/keyrings/debian-archive-keyring.gpg

need() {
  command -v "$1" >/dev/null || die "the Autobahn suite needs '$1' to be installed"
}

# Python 2.7 out of Debian's packages, through package lists of its own.
fetch_python() {
  local apt=$WORK/apt
  mkdir -p "$apt/parts" "$apt/lists/partial" "$apt/cache/archives/partial" "$apt/packages"
  echo "deb [signed-by=$KEYRING] http://deb.debian.org/debian $SUITE main" >"$apt/sources.list"
  local options=(
    -qq
    -o "Dir::Etc::sourcelist=$apt/sources.list" -o "Dir::Etc::sourceparts=$apt/parts"
    -o "Dir::State::lists=$apt/lists" -o "Dir::Cache=$apt/cache" -o Acquire::Retries=3
    # The folder is the user's own, which the user _apt can't write to.
    -o "APT::Sandbox::User=$(id -un)"
  )
  apt-get "${options[@]}" update
  (cd "$apt/packages" && apt-get "${options[@]}" download "${PACKAGES[@]}")
  local package
  for package in "$apt"/packages/*.deb; do
    dpkg -x "$package" "$WORK/root"
  done
}

fetch_installers() {
  python3 -m pip download --quiet --no-deps --only-binary :all: --dest "$WORK/wheels" \
    --require-hashes -r "$HERE/installers.txt"
  local wheel
  for wheel in "$WORK"/wheels/*.whl; do
    python3 -m zipfile -e "$wheel" "$WORK/installers"
  done
}

# All in one go: two of them bring files for the same package, and pip merges only what it installs together.
install_suite() {
  AUTOBAHN=$WORK CPATH=$WORK/root/usr/include \
    "$HERE/python2.sh" -m pip install --quiet --no-deps --no-build-isolation --require-hashes --no-cache-dir \
    --no-python-version-warning --target "$WORK/site" -r "$HERE/requirements.txt"
  # A namespace package, which Python 2.7 doesn't know without this file.
  touch "$WORK/site/zope/__init__.py"
}

main() {
  local recipe
  recipe=$(cat "$HERE/install.sh" "$HERE/installers.txt" "$HERE/requirements.txt" | sha256sum)
  [ "$(cat "$AUTOBAHN/recipe" 2>/dev/null)" = "$recipe" ] && return
  need apt-get && need dpkg && need python3 && need cc
  [ "$(uname -m)" = x86_64 ] || die "the Autobahn suite's packages are for x86-64"
  [ -f "$KEYRING" ] || die "the Autobahn suite is verified with $KEYRING, which is missing"
  say "installing the Autobahn test suite into $AUTOBAHN (once)"
  mkdir -p "$CACHE"
  WORK=$(mktemp -d "$CACHE/autobahn.XXXXXX")
  trap 'rm -rf "$WORK"' EXIT
  fetch_python
  fetch_installers
  install_suite
  rm -rf "$WORK/apt" "$WORK/wheels"
  AUTOBAHN=$WORK "$HERE/python2.sh" -c 'from autobahntestsuite import wstest'
  echo "$recipe" >"$WORK/recipe"
  rm -rf "$AUTOBAHN"
  mv "$WORK" "$AUTOBAHN"
}

main
