#!/usr/bin/env bash
#
# As PID 1 of a container, the shim reaps processes that lost their parent.
set -euo pipefail
. "$(dirname "$0")/../support/e2e.sh"
e2e_begin

key_make a.pem
daemon --key projecta=./a.pem --listen "$ENGINE_BRIDGE:0"

# Each inner shell ends before its child does, so that all fifty children become PID 1's. They wait
# for someone to open the pipe.
# shellcheck disable=SC2016
container --env SSH_SHIM_TOKEN sfa-e2e-sanitized ssh-shim -- timeout 30 bash -c '
	mkfifo /tmp/pipe
	for ((i = 0; i < 50; i++)); do
		(cat /tmp/pipe &)
	done
	orphans() { grep -lsx "PPid:[[:space:]]*1" /proc/[0-9]*/status | wc -l; }
	until [ "$(orphans)" -ge 50 ]; do sleep 0.05; done
	# Some may not have come to the pipe yet: it is opened again for them.
	until [ "$(orphans)" -le 2 ]; do
		: <>/tmp/pipe
		sleep 0.05
	done
' || fail 'children that ended are still there'
daemon_stop
