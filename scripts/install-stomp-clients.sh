#!/usr/bin/env bash
# Installs the clients of STOMP that tests let speak with chat, @stomp/stompjs and Spring's, once; prints their folder.
# usage: scripts/install-stomp-clients.sh
set -euo pipefail
# shellcheck source=scripts/env.sh
source "$(dirname "${BASH_SOURCE[0]}")/env.sh"

CLIENTS=$TOOLS/stomp-clients
LOCK=$REPO/scripts/locked/stomp-clients
SPRING=$REPO/tools/testkit/src/stomp_clients/SpringClient.java
MAVEN_DEPENDENCY_PLUGIN=org.apache.maven.plugins:maven-dependency-plugin:3.8.1
WANTED=$(cat "$LOCK"/* "$SPRING" | sha256sum)

# What Maven fetches is taken by its hash alone; its own store is not touched.
install_spring() {
  local each
  for each in mvn javac; do
    command -v "$each" >/dev/null || die "Spring's client is fetched by Maven and compiled by JDK 17 or newer: install maven and default-jdk-headless"
  done
  rm -rf "$CLIENTS/jars" "$CLIENTS/classes"
  mvn --quiet --batch-mode -f "$LOCK/pom.xml" "-Dmaven.repo.local=$CLIENTS/maven" \
    "$MAVEN_DEPENDENCY_PLUGIN:copy-dependencies" "-DoutputDirectory=$CLIENTS/jars" >&2
  rm -rf "$CLIENTS/maven"
  (cd "$CLIENTS/jars" && sha256sum --quiet --strict -c "$LOCK/jars.sha256") >&2
  [ "$(find "$CLIENTS/jars" -name '*.jar' | wc -l)" -eq "$(wc -l <"$LOCK/jars.sha256")" ] ||
    die "Maven fetched jars that $LOCK/jars.sha256 does not name"
  javac -Xlint:all,-processing,-classfile,-path -encoding UTF-8 --release 17 -cp "$CLIENTS/jars/*" -d "$CLIENTS/classes" "$SPRING" >&2
}

if [ "$(cat "$CLIENTS/installed" 2>/dev/null)" != "$WANTED" ]; then
  say "installing clients of STOMP into $CLIENTS" >&2
  install_locked "$LOCK" "$CLIENTS" "$REPO/scripts/with-node" npm
  install_spring
  printf '%s\n' "$WANTED" >"$CLIENTS/installed"
fi
printf '%s\n' "$CLIENTS"
