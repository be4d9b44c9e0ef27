#!/usr/bin/env bash
#
# With host keys from the daemon alone ssh logs in, strictly: plain ones, hashed ones, those certified
# by an authority. A host with another key than the daemon knows is refused, and so is a revoked one;
# and what the daemon's user knows besides, a build is not told.
set -euo pipefail
. "$(dirname "$0")/../support/gate.sh"
gate_begin

sed -i '/KnownHostsFile/d' ssh_config
printf '\tUserKnownHostsFile none\n' >>ssh_config
key_make user
cp user.pub authorized_keys
key_make ca
for host in plain hashed certified changed revoked unknown; do
	key_make "$host.key"
	host_make "$host" "HostKey $PWD/$host.key"
done
host_known hashed hashed.key.pub
ssh-keygen -q -H -f known_hosts 2>keygen.log
expect_line known_hosts '^\|1\|'
host_known plain plain.key.pub
host_known revoked revoked.key.pub
printf '@revoked * %s\n' "$(cat revoked.key.pub)" >>known_hosts
key_make other
host_known changed other.pub
ssh-keygen -q -s ca -h -I host -n certified certified.key.pub
host_make certified "HostKey $PWD/certified.key" "HostCertificate $PWD/certified.key-cert.pub"
printf '@cert-authority certified %s\n' "$(cat ca.pub)" >>known_hosts

SSH=(ssh -F ssh_config)
daemon --key default=./user --known-hosts known_hosts
for host in plain hashed certified; do
	shim_status -- "${SSH[@]}" "$host" echo "in $host"
	expect_status 0
	expect_line out.log "^in $host\$"
	shim_status --no-ssh-wrapper -- "${SSH[@]}" "$host" true
	expect_status 255
	expect_line error.log 'Host key verification failed'
done
for host in changed revoked unknown; do
	shim_status -- "${SSH[@]}" "$host" true
	expect_status 255
	expect_line error.log 'Host key verification failed'
done

# The image's own known hosts count as before.
printf 'unknown %s\n' "$(cat unknown.key.pub)" >own_known_hosts
shim_status -- "${SSH[@]}" -o UserKnownHostsFile=own_known_hosts unknown true
expect_status 0
printf 'plain %s\n' "$(cat other.pub)" >own_known_hosts
shim_status -- "${SSH[@]}" -o GlobalKnownHostsFile=own_known_hosts -o UserKnownHostsFile=none plain true
expect_status 0 # either key will do
daemon_stop
rm -r daemon

# Without --known-hosts, nothing of the user's files but what a policy names.
mkdir -p home/.ssh
cp known_hosts home/.ssh/
HOME=$PWD/home daemon --key default=./user
shim_status -- sh -c 'command -v ssh'
expect_no_line out.log ssh-shim
daemon_stop
