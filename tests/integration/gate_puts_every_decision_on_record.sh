#!/usr/bin/env bash
#
# Logins by real clients, allowed and not, leave their lines in the audit log, and no key blob, token or
# signed data is in any of them.
set -euo pipefail
. "$(dirname "$0")/../support/gate.sh"
need_program /usr/bin/python3
gate_begin

audit_lines()
{
	"$_gate_support/json_lines.py" audit audit.log "$@"
}

# expect_lines N NAME=VALUE...
expect_lines()
{
	local count=$1 deadline=$((SECONDS + 10))

	shift
	until [ "$(audit_lines "$@" | wc -l)" -eq "$count" ]; do
		[ "$SECONDS" -lt "$deadline" ] || fail "not $count lines of $*: $(cat audit.log)"
		sleep 0.02
	done
}

key_make user
cp user.pub authorized_keys
for host in here elsewhere; do
	key_make "$host.key"
	host_make "$host" "HostKey $PWD/$host.key"
	host_known "$host" "$host.key.pub"
done
agent_start user
cat >config <<-END
	[daemon]
	audit-log = audit.log
	known-hosts = known_hosts
	[id default]
	agent = $AGENT
	host = here
END
daemon --config config --log-level info
fingerprint=$(ssh-keygen -lf user.pub | cut -d ' ' -f 2)
host_key=$(ssh-keygen -lf here.key.pub | cut -d ' ' -f 2)

shim_status -- "$SSH" here echo logged in
expect_status 0
expect_lines 1 event=request kind=sign verdict=signed id=default token=run link=1 host=here \
	"host_key=$host_key" verified=true "key=$fingerprint" "user=$(id -un)" reason=null
expect_lines 1 event=link-opened link=1 token=run
expect_lines 1 event=link-closed link=1 token=run

shim_status -- "$SSH" elsewhere echo logged in
expect_status 255
expect_lines 1 event=request kind=sign verdict=refused link=2 "key=$fingerprint" host=null verified=true

# What would change the agent is refused, and on record, too.
shim_status -- ssh-add -q -D
expect_lines 1 event=request kind=other verdict=refused link=3 \
	'reason=a build may not change the agent'

SSH_SHIM_TOKEN=${SSH_SHIM_TOKEN%?????}AAAAA shim_status -- true
expect_lines 1 event=login-refused token=null

kill -USR1 "$DAEMON_PID"
expect_lines 1 event=keys-dropped
daemon_stop
expect_lines 1 event=daemon-started number=1
expect_lines 1 event=daemon-ended
[ "$(stat -c %a audit.log)" = 600 ] || fail 'others can read the log'
! grep -F -e 'sfa1_' -e "$(cut -d ' ' -f 2 user.pub | cut -c 20-60)" audit.log || fail 'a secret is in the log'
