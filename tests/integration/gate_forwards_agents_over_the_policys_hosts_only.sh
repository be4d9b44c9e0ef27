#!/usr/bin/env bash
#
# Under a policy of hosts, ssh -A through one of them to another works; through a host that is not
# named nothing is signed, not even for one that is, nor beyond a host of the policy for one that is
# not.
set -euo pipefail
. "$(dirname "$0")/../support/gate.sh"
gate_begin

key_make user
key_make unbound
cat user.pub unbound.pub >authorized_keys
for host in first second stranger; do
	key_make "$host.key"
	host_make "$host" "HostKey $PWD/$host.key"
	host_known "$host" "$host.key.pub"
done
agent_start user
cat >config <<-END
	[daemon]
	known-hosts = $PWD/known_hosts
	[id default]
	agent = $AGENT
	host = first, second
END
daemon --config config

shim_status -- "$SSH" -A first "$SSH" second echo logged in
expect_status 0
expect_line out.log '^logged in$'
daemon_await_log 'signed id=default .* host=second '

shim_status -- "$SSH" -A first "$SSH" stranger echo logged in
expect_status 255
daemon_await_log "refused kind=sign id=default .*: a login to a host that is none of the id's"

# The way to the stranger is by another key, of the build's own.
shim_status -- "$SSH" -A -i unbound stranger "$SSH" first echo logged in
expect_status 255
expect_no_line out.log logged
daemon_await_log "refused kind=sign id=default .*: a login through a forwarding host that is none of"
daemon_stop
