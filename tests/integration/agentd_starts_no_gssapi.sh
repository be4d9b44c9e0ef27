#!/usr/bin/env bash
#
# A stranger who asks for a GSSAPI login is cut off at once; libssh never gets to ask Kerberos, and with
# it the DNS, in the midst of the daemon's loop.
set -euo pipefail
. "$(dirname "$0")/../support/shim.sh"
shim_begin

real
port=$(sed -n 's/^.*listening on 127.0.0.1:\([0-9]*\)$/\1/p' "$DAEMON_LOG")
tries=$("$BUILD_DIR/tests/support/hostile_login" gssapi "$port")
[ "$tries" -le 2 ] || fail "$tries logins in place of one" # the second may see the end of the first
daemon_await_log ': GSSAPI is no way in here$'
daemon_stop
