#!/usr/bin/env bash
#
# Under a policy of hosts and users, a key logs in to these hosts as these users, and to no other that
# would take it; known_hosts may be hashed, and have certificates and revoked keys in it.
set -euo pipefail
. "$(dirname "$0")/../support/gate.sh"
gate_begin

key_make user
cp user.pub authorized_keys
key_make ca
for host in plain certified revoked elsewhere; do
	key_make "$host.key"
	host_make "$host" "HostKey $PWD/$host.key"
	host_known "$host" "$host.key.pub"
done
ssh-keygen -q -s ca -h -I host -n certified certified.key.pub
echo "HostCertificate $PWD/certified.key-cert.pub" >>certified.sshd_config
agent_start user

# What the daemon knows: not more than the policy's hosts need.
printf '%s %s\n' plain "$(cat plain.key.pub)" >daemon_knows
ssh-keygen -q -H -f daemon_knows
{
	printf '%s %s\n' '@cert-authority certif*' "$(cat ca.pub)"
	printf '%s %s\n' revoked "$(cat revoked.key.pub)" '@revoked *' "$(cat revoked.key.pub)"
	printf '%s %s\n' elsewhere "$(cat elsewhere.key.pub)"
} >>daemon_knows
cat >config <<-END
	[daemon]
	known-hosts = $PWD/daemon_knows
	[id default]
	agent = $AGENT
	host = plain, certified, revoked, unknown.example.com
	user = $(id -un)
	[id others]
	agent = $AGENT
	host = plain
	user = somebody-else
END
daemon --config config
daemon_await_log 'host=unknown.example.com: no known_hosts file has a key of it'

for host in plain certified; do
	shim_status -- "$SSH" "$host" echo logged in
	expect_status 0
	expect_line out.log '^logged in$'
	daemon_await_log "signed id=default .* user=\"$(id -un)\" host=$host "
done

# Without the wrapper, which would have ssh know that the key is revoked.
refused()
{
	shim_status --id "$1" --no-ssh-wrapper -- "$SSH" "$2" echo logged in
	expect_status 255
	expect_line error.log 'Permission denied'
	daemon_await_log "refused kind=sign id=$1 .*: $3"
}

fingerprint=$(ssh-keygen -lf elsewhere.key.pub | cut -d ' ' -f 2)
refused default elsewhere \
	"a login to a host that is none of the id's: host key ${fingerprint//+/\\+}, .*; allowed: plain, "
refused default revoked "a login to a host that is none of the id's: .* the key is revoked"
refused others plain "a login as a user who is none of the id's: user \"$(id -un)\"; allowed: somebody-else"

# They do take the key.
for host in elsewhere revoked; do
	SSH_AUTH_SOCK='' "$SSH" -i user "$host" true || fail "$host is not fit for the test"
done

# Accepted on the host, it counts at once; the daemon is not told.
printf '%s %s\n' plain "$(cat elsewhere.key.pub)" >>daemon_knows
shim_status -- "$SSH" elsewhere echo logged in
expect_status 0
daemon_stop
