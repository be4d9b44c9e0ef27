#!/usr/bin/env bash
#
# A stranger who keeps asking for a login that is none is cut off after a few hundred, long before the
# time for a login is over; others are let in.
set -euo pipefail
. "$(dirname "$0")/../support/shim.sh"
shim_begin

real --limit login-seconds=3600
port=$(sed -n 's/^.*listening on 127.0.0.1:\([0-9]*\)$/\1/p' "$DAEMON_LOG")
tries=$("$BUILD_DIR/tests/support/hostile_login" none "$port")
[ "$tries" -lt 1000 ] || fail "$tries logins before the end"
daemon_await_log ': more was sent than a login takes$'
shim --check >check.log
daemon_stop
