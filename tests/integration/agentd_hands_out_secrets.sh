#!/usr/bin/env bash
#
# A stock ssh client gets a secret's bytes as they are now: nothing, binary data, 64 MiB, a directory as
# a tar stream, a variable; and the daemon holds no copy of it afterwards, nor while it is sent.
set -euo pipefail
. "$(dirname "$0")/../support/agentd.sh"
agentd_begin

readonly LARGE=$((64 * 1024 * 1024))
key_make a.pem
: >empty
head -c 100000 /dev/urandom >binary
head -c "$LARGE" /dev/zero >large
mkdir -p tree/sub
cp binary tree/sub/
ln -s sub/binary tree/link
echo first >changing
export VARIABLE_SECRET='of the environment'

agentd_plain --key a=./a.pem --secret id=empty,src=empty --secret id=binary,src=binary \
	--secret id=large,src=large --secret id=tree,src=tree --secret id=changing \
	--secret id=variable,env=VARIABLE_SECRET

peak_kib()
{
	sed -n 's/^VmHWM:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$DAEMON_PID/status"
}

stock_ssh offer >out.log
expect_line out.log '^secret empty file 0$'
expect_line out.log '^secret binary file 100000$'
expect_line out.log '^secret tree dir -$'
expect_line out.log '^secret variable file 18$'

[ "$(stock_ssh secret empty | wc -c)" -eq 0 ] || fail 'an empty secret has bytes'
stock_ssh secret binary | cmp - binary || fail 'binary data changed on the way'
[ "$(stock_ssh secret variable)" = "$VARIABLE_SECRET" ] || fail 'the variable is another'
mkdir out
stock_ssh secret tree | tar -C out -x
diff -r --no-dereference tree out || fail 'the directory changed on the way'
[ "$(stock_ssh secret changing)" = first ] || fail 'the file is another'
echo second >changing
[ "$(stock_ssh secret changing)" = second ] || fail 'an old content was handed out'

before=$(peak_kib)
stock_ssh secret large | cmp - large || fail '64 MiB changed on the way'
after=$(peak_kib)
[ $((after - before)) -lt 4096 ] || fail "64 MiB cost the daemon $((after - before)) KiB"
daemon_await_log "handed out secret=large bytes=$LARGE peer=127.0.0.1.* token=run"
daemon_stop
