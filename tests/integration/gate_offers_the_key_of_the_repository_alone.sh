#!/usr/bin/env bash
#
# A real ssh logs in with the key of the repository's id, whatever keys the image has, configured or
# not, and whether or not it shares a connection already. For all else it does as configured.
set -euo pipefail
. "$(dirname "$0")/../support/gate.sh"
gate_begin

for key in own step lib host.key; do
	key_make "$key"
done
cat own.pub step.pub lib.pub >authorized_keys
host_make host "HostKey $PWD/host.key"
host_known host host.key.pub
printf '[id step]\nkey = ./step\n[id lib]\nkey = ./lib\nrepo = host/org/lib\n' >config
daemon --config config

# login_with OWN-KEY COMMAND: the fingerprint that sshd let in.
login_with()
{
	: >host.sshd.log
	shim --id step -- ssh -F "$1" host "$2" >out.log 2>error.log || true
	tr -d '\r' <host.sshd.log | sed -n 's/.*Accepted publickey .* \(SHA256:[^ ]*\)$/\1/p'
}

expect_key()
{
	local used

	used=$(login_with "$2" "$3")
	[ "$used" = "$(ssh-keygen -lf "$1.pub" | cut -d ' ' -f 2)" ] ||
		fail "with $2, $3: logged in with ${used:-no key}, not with $1's: $(cat error.log)"
}

grep -v IdentityFile ssh_config >plain.config
sed "s|IdentityFile none|IdentityFile $PWD/own\n\tIdentitiesOnly yes|" ssh_config >own.config
sed "s|IdentityFile none|IdentityFile $PWD/own\n\tIdentityAgent none|" ssh_config >no_agent.config
sed "s|IdentityFile none|IdentityFile $PWD/own\n\tIdentitiesOnly yes\n\tControlPath $PWD/shared|" \
	ssh_config >shared.config

expect_key step plain.config 'echo org/lib'
expect_key own own.config 'echo org/lib'
expect_key own no_agent.config 'echo org/lib'
ssh -F shared.config -M -N -f host 2>master.log
[ -z "$(login_with shared.config true)" ] || fail 'the connection is not shared'
for config in plain own no_agent shared; do
	expect_key lib "$config.config" "git-upload-pack 'org/lib'"
done
ssh -F shared.config -O exit host 2>>master.log
daemon_stop
