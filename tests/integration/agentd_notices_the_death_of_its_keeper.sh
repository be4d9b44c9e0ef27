#!/usr/bin/env bash
#
# The keeper killed while the daemon is idle, just after a connection came in: the daemon says so, goes on,
# and the shim is told that the id is unavailable.
set -euo pipefail
. "$(dirname "$0")/../support/shim.sh"
shim_begin

real
# The shim's link leaves an accept that found nothing more behind it: an errno of EAGAIN.
shim --check >check.log
expect_line check.log '^id: projecta \(keys\) ok$'

kill -KILL "$(pgrep -P "$DAEMON_PID")"
daemon_await_log '^ssh-forward-agentd: the keeper has died'

shim_status -- true
expect_status 125
expect_line error.log '^ssh-shim: id "projecta" is offered but unavailable: '
daemon_stop
