#!/usr/bin/env bash
#
# Started without stdin, stdout and stderr, as from some cron jobs and hooks, the daemon has no socket and no file in
# their place for its log to be written into.
set -euo pipefail
. "$(dirname "$0")/../support/shim.sh"
shim_begin

ssh-keygen -q -t ed25519 -N '' -f a.pem
mkdir run
# The command, which the daemon runs once it listens, looks at its parent.
# shellcheck disable=SC2016
XDG_RUNTIME_DIR=$PWD/run "$SFA_AGENTD" --key a=./a.pem --listen 127.0.0.1:0 -- \
	sh -c 'readlink /proc/$PPID/fd/0 /proc/$PPID/fd/1 /proc/$PPID/fd/2 >descriptors' <&- >&- 2>&-
[ "$(sort -u descriptors)" = /dev/null ] || fail "$(cat descriptors)"
