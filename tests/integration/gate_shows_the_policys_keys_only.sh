#!/usr/bin/env bash
#
# Of an agent with many keys, or of key files, a build sees those of only-keys, and no other signs, as
# itself or as a certificate.
set -euo pipefail
. "$(dirname "$0")/../support/gate.sh"
gate_begin

key_make host.key
host_make host "HostKey $PWD/host.key"
host_known host host.key.pub
key_make ca
cp ca.pub ca_keys
for key in shown hidden certified; do
	key_make "$key"
done
cat shown.pub hidden.pub >authorized_keys
ssh-keygen -q -s ca -I someone -n "$(id -un)" certified.pub
agent_start hidden shown certified
cat >config <<-END
	[id agent]
	agent = $AGENT
	only-keys = $(ssh-keygen -lf shown.pub | cut -d ' ' -f 2)
	[id files]
	key = $PWD/hidden, $PWD/shown
	only-keys = $PWD/shown.pub
	[id certificate]
	agent = $AGENT
	only-keys = $PWD/certified.pub
END
daemon --config config
mkdir public
cp ./*.pub public # where no private half is, so that the agent must sign

for id in agent files; do
	shim_status --id "$id" -- ssh-add -L
	expect_status 0
	cmp out.log shown.pub || fail "$id shows: $(cat out.log)"
	shim_status --id "$id" -- "$SSH" -o IdentitiesOnly=yes -i public/shown.pub host true
	expect_status 0
	shim_status --id "$id" -- "$SSH" -o IdentitiesOnly=yes -i public/hidden.pub host true
	expect_status 255
done
# ssh asks for no key that was not listed.
shim_status --id agent -- "$_gate_support/raw_agent.py" - login public/hidden.pub public/shown.pub
expect_status 0
printf '%s\n' 5 14 | cmp out.log || fail "keys that are not shown: $(cat out.log)"
daemon_await_log 'refused kind=sign id=agent .*: a key that is none of the id.s \(only-keys\)'

shim_status --id certificate -- ssh-add -L
expect_status 0
[ "$(sort out.log)" = "$(cat certified.pub certified-cert.pub | sort)" ] ||
	fail "certificate shows: $(cat out.log)"
shim_status --id certificate -- "$SSH" host true
expect_status 0

shim_status --check
offered()
{
	grep -cF "$(ssh-keygen -lf "$1.pub" | cut -d ' ' -f 2)" out.log || true
}
[ "$(offered shown) $(offered hidden) $(offered certified)" = '2 0 1' ] ||
	fail "offered: $(cat out.log)"
daemon_stop
