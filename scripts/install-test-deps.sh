#!/usr/bin/env bash
# Installs what the tests need and the machine lacks: Python, shellcheck, a browser, a Node that is new enough, cargo-deny,
# a LiveKit server, database servers (SecantusDB and FerretDB are built), Toxiproxy, Mailpit, Schemathesis, clients of STOMP, what makes the SDKs.
# Nothing is done twice: what is found is left alone.
set -euo pipefail
# shellcheck source=scripts/env.sh
source "$(dirname "${BASH_SOURCE[0]}")/env.sh"

CARGO_DENY_VERSION=0.20.2
# Where PostgreSQL's package reads whether to make a cluster when it is installed, and to start it with the machine.
NO_CLUSTER=/etc/postgresql-common/createcluster.d

# Commands, and the Debian package of each, that `install_wanted` installs together.
WANTED_COMMANDS=()
WANTED=()

as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    die "to install ${WANTED[*]}, run 'apt-get install ${WANTED[*]}' as root (this is not root, and there is no sudo)"
  fi
}

# Debian keeps servers out of a user's PATH, and PostgreSQL's in a folder for each version.
is_there() {
  PATH=$PATH:/usr/sbin command -v "$1" >/dev/null || compgen -G "/usr/lib/postgresql/*/bin/$1" >/dev/null
}

# Notes that the Debian package $2 is wanted, unless the command $1 is there.
need_command() {
  is_there "$1" && return
  WANTED_COMMANDS+=("$1")
  WANTED+=("$2")
}

install_wanted() {
  [ ${#WANTED[@]} -gt 0 ] || return 0
  command -v apt-get >/dev/null || die "install ${WANTED[*]} by hand: this machine has no apt-get"
  say "installing ${WANTED[*]}"
  # A new machine has no package lists, and one that has stood for long has old ones.
  as_root env DEBIAN_FRONTEND=noninteractive apt-get update -qq
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${WANTED[@]}" >/dev/null
  local each
  for each in "${WANTED_COMMANDS[@]}"; do
    is_there "$each" || die "${WANTED[*]} are installed, but there is no command '$each'"
  done
}

# What rows of tools/faults break things with: system calls, the wall clock, limits and processors.
need_faults() {
  need_command strace strace
  need_command faketime faketime
  need_command setpriv util-linux
}

# A TURN server that is not ours, to hold ours against. Its package would start one for everybody at once.
need_coturn() {
  is_there turnserver && return
  need_command turnserver coturn
  if [ -d /run/systemd/system ]; then
    as_root systemctl mask --quiet coturn.service
  fi
}

# The servers that scripts/with-databases starts. None is started for everybody.
need_databases() {
  need_command setpriv util-linux
  # The bare server: it is the package mariadb-server that starts one. mariadb-install-db needs a program of the client's.
  need_command mariadbd mariadb-server-core
  need_command my_print_defaults mariadb-client-core
  is_there postgres && return
  need_command postgres postgresql
  as_root mkdir -p "$NO_CLUSTER"
  printf '# Written by scripts/install-test-deps.sh: tests start servers of their own.\ncreate_main_cluster = off\n' |
    as_root tee "$NO_CLUSTER/rendezvous.conf" >/dev/null
}

# A parser of calendars that is not what writes ours. Debian's interpreter finds it, whichever is first in PATH.
need_icalendar() {
  /usr/bin/python3 -c 'import icalendar' 2>/dev/null && return
  WANTED+=(python3-icalendar)
}

# An SMTP server that is not ours, for the mails of accounts.
need_aiosmtpd() {
  /usr/bin/python3 -c 'import aiosmtpd' 2>/dev/null && return
  WANTED+=(python3-aiosmtpd)
}

# Spring's client of STOMP.
need_java() {
  need_command mvn maven
  need_command javac default-jdk-headless
}

need_pip() {
  python3 -m pip --version >/dev/null 2>&1 || WANTED+=(python3-pip)
}

need_chromium() {
  # The stories run any Chromium that is named; otherwise Debian's.
  [ -n "${RENDEZVOUS_CHROMIUM:-}" ] || need_command chromium chromium
}

need_cargo_deny() {
  [ "$("$TOOLS/bin/cargo-deny" --version 2>/dev/null)" = "cargo-deny $CARGO_DENY_VERSION" ] && return
  say "building cargo-deny $CARGO_DENY_VERSION into $TOOLS (once)" >&2
  # Unoptimised: it runs for a second, and an optimised build takes several minutes more.
  env -u CARGO_TARGET_DIR CARGO_PROFILE_DEV_DEBUG=0 \
    cargo install --quiet --locked --debug --force --root "$TOOLS" --version "$CARGO_DENY_VERSION" cargo-deny
}

# What tries whether the services answer as they say.
need_schemathesis() {
  "$REPO/scripts/contracts/install.sh"
}

# Two servers of MongoDB's protocol: this one with Cargo, FerretDB with Go.
need_secantus() {
  "$REPO/scripts/install-secantus.sh"
}

need_go_servers() {
  "$REPO/scripts/install-ferretdb.sh"
  "$REPO/scripts/install-livekit.sh"
  "$REPO/scripts/install-toxiproxy.sh"
  "$REPO/scripts/install-mailpit.sh"
}

# What is built while packages are fetched, each in a process group of its own, so that Ctrl-C ends it.
BUILDS=()
trap end_builds EXIT

in_background() {
  set -m
  "$@" >/dev/null &
  set +m
  BUILDS+=($!)
}

wait_for_builds() {
  local build failed=0
  for build in "${BUILDS[@]}"; do
    wait "$build" || failed=1
  done
  BUILDS=()
  [ $failed -eq 0 ] || die "what the tests need couldn't be built (see above)"
}

end_builds() {
  local build
  for build in "${BUILDS[@]}"; do
    kill -- "-$build" 2>/dev/null || true
  done
}

# An argument names one of them, so that `make check` doesn't wait for a browser.
case ${1:-all} in
  all)
    in_background need_cargo_deny
    in_background need_go_servers
    need_command python3 python3
    need_pip
    need_command shellcheck shellcheck
    need_icalendar
    need_aiosmtpd
    need_java
    need_chromium
    need_coturn
    need_databases
    need_faults
    need_command cmake cmake
    install_wanted
    in_background need_secantus
    in_background need_schemathesis
    "$REPO/scripts/with-node" node --version >/dev/null
    "$REPO/scripts/install-media-clients.sh" >/dev/null
    "$REPO/scripts/install-webhook-libraries.sh" >/dev/null
    "$REPO/scripts/install-stomp-clients.sh" >/dev/null
    "$REPO/scripts/sdks/install.sh" >/dev/null
    wait_for_builds
    ;;
  check)
    need_command python3 python3
    need_command shellcheck shellcheck
    install_wanted
    need_cargo_deny
    ;;
  faults)
    in_background "$REPO/scripts/install-toxiproxy.sh"
    need_faults
    need_aiosmtpd
    need_databases
    need_command cmake cmake
    install_wanted
    in_background need_secantus
    in_background "$REPO/scripts/install-ferretdb.sh"
    wait_for_builds
    ;;
  *) die "usage: scripts/install-test-deps.sh [all|check|faults]" ;;
esac
