#!/usr/bin/env bash
#
# A container that the private directory is mounted into, to have its pick of the ids, gets signatures but no tokens:
# those would serve others, elsewhere, and after the mount is gone. Nor is it told who else is there.
set -euo pipefail
. "$(dirname "$0")/../support/shim.sh"
shim_begin
unshare --map-root-user --mount true 2>/dev/null || skip 'no namespaces here'

real
export XDG_RUNTIME_DIR=$DAEMON_RUNTIME_DIR
"$SFA_AGENTD" token >out.log
expect_line out.log '^sfa1_'

container=(unshare --mount --)
[ "$(id -u)" = 0 ] || container=(unshare --map-root-user --mount --)
SSH_AUTH_SOCK=$DAEMON_RUNTIME_DIR/ssh-forward-agentd/ids/projecta.sock "${container[@]}" ssh-add -l >/dev/null
STATUS=0
"${container[@]}" "$SFA_AGENTD" token >out.log 2>error.log || STATUS=$?
expect_status 1
expect_no_line out.log sfa1_
expect_line error.log '^ssh-forward-agentd: refused: it comes from a container'
STATUS=0
"${container[@]}" "$SFA_AGENTD" status --json >out.log 2>error.log || STATUS=$?
expect_status 1
expect_line error.log '^ssh-forward-agentd: refused: it comes from a container'
[ ! -s out.log ] || fail "it is told: $(cat out.log)"
expect_line "$DAEMON_LOG" 'control connection refused .*: it comes from a container'
daemon_stop
