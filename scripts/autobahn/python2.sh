#!/usr/bin/env bash
# Runs the Python 2.7 that install.sh unpacked, with the packages beside it.
set -euo pipefail
# shellcheck source=scripts/env.sh
source "$(dirname "${BASH_SOURCE[0]}")/../env.sh"

AUTOBAHN=${AUTOBAHN:-$CACHE/autobahn}
export PYTHONHOME=$AUTOBAHN/root/usr PYTHONPATH=$AUTOBAHN/site:$AUTOBAHN/installers PYTHONDONTWRITEBYTECODE=1
export LD_LIBRARY_PATH=$AUTOBAHN/root/usr/lib/x86_64-linux-gnu
exec "$AUTOBAHN/root/usr/bin/python2.7" "$@"
