#!/usr/bin/env bash
#
# Readers that stall half way through a large secret hold a piece of it each, delay nobody, are bounded
# in number on a link, and are cut off in the end.
set -euo pipefail
. "$(dirname "$0")/../support/agentd.sh"
agentd_begin

key_make a.pem
head -c 64M /dev/zero >large
agentd_plain --key a=./a.pem --secret id=large,src=large --limit secrets-per-link=4 \
	--limit secret-stall-seconds=2

# open_files: how often the daemon has the secret open
open_files()
{
	find "/proc/$DAEMON_PID/fd" -lname "$PWD/large" | wc -l
}

resident_kib()
{
	sed -n 's/^VmRSS:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$DAEMON_PID/status"
}

ssh_peer exec 'secret large' | cksum >warm.log
before=$(resident_kib)
mkfifo never
exec {never}<>never
"$SSH_PEER" "$PORT" "$SSH_SHIM_TOKEN" stall 'secret large' 5 >stall.log <&"$never" &
await_line stall.log '^stalled$'
daemon_await_log 'refused kind=secret id=large .*too many others'
[ "$(open_files)" -eq 4 ] || fail "$(open_files) transfers are open in place of 4"
[ $(($(resident_kib) - before)) -lt 2048 ] || fail 'stalled readers cost more than a piece each'

# Others are served meanwhile.
ssh_peer exec 'secret large' | cksum >out.log
cmp warm.log out.log
expect_served
await_lines 4 "$DAEMON_LOG" 'refused kind=secret id=large .*the peer takes no more of it'
until [ "$(open_files)" -eq 0 ]; do sleep 0.02; done
daemon_stop
