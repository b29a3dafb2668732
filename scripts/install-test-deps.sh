#!/usr/bin/env bash
# Installs what the tests need and the machine lacks: Python, shellcheck, a browser, a Node that is new enough, cargo-deny,
# a LiveKit server.
# Nothing is done twice: what is found is left alone.
set -euo pipefail
# shellcheck source=scripts/env.sh
source "$(dirname "${BASH_SOURCE[0]}")/env.sh"

CARGO_DENY_VERSION=0.20.2

as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    die "to install $WANTED, run 'apt-get install $WANTED' as root (this is not root, and there is no sudo)"
  fi
}

# Installs the Debian package $2 unless the command $1 is there.
need_command() {
  WANTED=$2
  command -v "$1" >/dev/null && return
  command -v apt-get >/dev/null || die "install $WANTED by hand: this machine has no apt-get"
  say "installing $WANTED"
  # A new machine has no package lists, and one that has stood for long has old ones.
  as_root env DEBIAN_FRONTEND=noninteractive apt-get update -qq
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$WANTED" >/dev/null
  command -v "$1" >/dev/null || die "$WANTED is installed, but there is no command '$1'"
}

# What rows of tools/faults break things with: system calls, the wall clock, limits and processors.
need_faults() {
  need_command strace strace
  need_command faketime faketime
  need_command setpriv util-linux
}

# A TURN server that is not ours, to hold ours against. Its package would start one for everybody at once.
need_coturn() {
  command -v turnserver >/dev/null && return
  if [ -d /run/systemd/system ]; then
    WANTED=coturn as_root systemctl mask --quiet coturn.service
  fi
  need_command turnserver coturn
}

need_chromium() {
  # The stories run any Chromium that is named; otherwise Debian's.
  [ -n "${RENDEZVOUS_CHROMIUM:-}" ] || need_command chromium chromium
}

need_cargo_deny() {
  [ "$("$TOOLS/bin/cargo-deny" --version 2>/dev/null)" = "cargo-deny $CARGO_DENY_VERSION" ] && return
  say "building cargo-deny $CARGO_DENY_VERSION into $TOOLS (once)"
  # Unoptimised: it runs for a second, and an optimised build takes several minutes more.
  env -u CARGO_TARGET_DIR CARGO_PROFILE_DEV_DEBUG=0 \
    cargo install --quiet --locked --debug --force --root "$TOOLS" --version "$CARGO_DENY_VERSION" cargo-deny
}

# An argument names one of them, so that `make check` doesn't wait for a browser.
case ${1:-all} in
  all)
    need_command python3 python3
    need_command shellcheck shellcheck
    "$REPO/scripts/with-node" node --version >/dev/null
    need_chromium
    need_coturn
    need_cargo_deny
    "$REPO/scripts/install-livekit.sh" >/dev/null
    "$REPO/scripts/install-media-clients.sh" >/dev/null
    need_faults
    ;;
  check)
    need_command python3 python3
    need_command shellcheck shellcheck
    need_cargo_deny
    ;;
  faults) need_faults ;;
  *) die "usage: scripts/install-test-deps.sh [all|check|faults]" ;;
esac
