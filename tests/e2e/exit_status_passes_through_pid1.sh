#!/usr/bin/env bash
#
# As PID 1 of a container, the shim ends with the command's status, whichever of 0 to 255 it is.
#
# A few are asked of Docker; all of them of nested process namespaces, for a container takes long.
set -euo pipefail
. "$(dirname "$0")/../support/e2e.sh"
e2e_begin

key_make a.pem
daemon --key projecta=./a.pem --listen "$ENGINE_BRIDGE:0"

for expected in 0 1 125 137 255; do
	status=0
	container --env SSH_SHIM_TOKEN sfa-e2e ssh-shim -- sh -c "exit $expected" || status=$?
	expect_equal "$status" "$expected" 'exit status of the container'
done

# shellcheck disable=SC2016
container --cap-add SYS_ADMIN --security-opt seccomp=unconfined \
	--security-opt apparmor=unconfined --security-opt systempaths=unconfined --env SSH_SHIM_TOKEN sfa-e2e bash -c '
	check()
	{
		unshare --pid --fork --mount-proc ssh-shim --quiet -- sh -c "[ \$PPID = 1 ]; exit $1"
		status=$?
		[ "$status" = "$1" ] || echo "$1 became $status"
	}
	export -f check
	seq 0 255 | xargs -P 4 -I {} bash -c "check {}"
' >matrix.log 2>&1
[ ! -s matrix.log ] || fail 'statuses were changed'
daemon_stop
