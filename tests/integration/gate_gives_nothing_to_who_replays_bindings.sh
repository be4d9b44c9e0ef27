#!/usr/bin/env bash
#
# A build that has true bindings of a host that the policy names and of another, and sends them as it
# likes, gets no signature for the other; without the policy it gets it for the asking.
set -euo pipefail
. "$(dirname "$0")/../support/gate.sh"
gate_begin

key_make user
cp user.pub authorized_keys
agent_start user
mkfifo recorder
"$BUILD_DIR/tests/support/record_agent" "$PWD/recorder.sock" "$AGENT" record >recorder &
read -r -t "$SHIM_DEADLINE_S" word <recorder || fail 'record_agent did not start'
[ "$word" = ready ] || fail "record_agent: $word"
for host in good evil; do
	key_make "$host.key"
	host_make "$host" "HostKey $PWD/$host.key"
	host_known "$host" "$host.key.pub"
	: >record
	SSH_AUTH_SOCK=$PWD/recorder.sock "$SSH" "$host" true || fail "no login on $host"
	cp record "$host.record"
done
cat >config <<-END
	[daemon]
	known-hosts = $PWD/known_hosts
	[id safe]
	agent = $AGENT
	host = good
	[id open]
	agent = $AGENT
END
daemon --config config

shim_status --id safe -- "$_gate_support/bind_attack.py" good.record evil.record
expect_status 0
printf '%s 14\n' allowed allowed-twice >expected.log
sed -n 's/ [0-9]*$/ 5/; /^allowed/!p' out.log >>expected.log
cmp out.log expected.log || fail "a signature for the asking: $(diff out.log expected.log)"
[ "$(wc -l <out.log)" -ge 19 ] || fail "attempts are missing: $(cat out.log)"

shim_status --id open -- "$_gate_support/bind_attack.py" good.record evil.record
expect_status 0
expect_line out.log '^unbound 14$'
expect_line out.log '^true-binding-of-the-wrong-host 14$'
daemon_stop
