#!/usr/bin/env bash
#
# Once a secret file has been handed out, no part of it is in the daemon's memory any more; that of a
# variable, which has to be kept, is the control.
set -euo pipefail
. "$(dirname "$0")/../support/agentd.sh"
agentd_begin

[ "$(id -u)" = 0 ] || skip 'only root may look into a process that is not dumpable'

# holds FILE: whether the daemon's memory has the bytes of FILE
holds()
{
	local status=0

	"$BUILD_DIR/tests/support/scan_memory" "$DAEMON_PID" "$1" >/dev/null || status=$?
	[ "$status" -le 1 ] || fail "cannot look into the daemon"
	return "$status"
}

key_make a.pem
mkdir tree
head -c 300000 /dev/urandom >secret
cp secret tree/file
openssl rand -hex 20 | tr -d '\n' >value
VARIABLE_SECRET=$(cat value)
export VARIABLE_SECRET
agentd_plain --key a=./a.pem --secret id=file,src=secret --secret id=tree,src=tree \
	--secret id=variable,env=VARIABLE_SECRET

ssh_peer exec 'secret variable' >out.log
expect_line out.log "$VARIABLE_SECRET"
for verb in file tree; do
	stock_ssh "secret $verb" >"$verb.out"
done
cmp secret file.out

holds value || fail 'control: the daemon does not hold the variable'
for at in 0 10000 32000 100000 200000 299900; do
	dd if=secret of=part bs=1 skip="$at" count=64 status=none
	! holds part || fail "the daemon holds the secret's bytes from $at"
done
daemon_stop
