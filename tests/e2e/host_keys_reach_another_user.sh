#!/usr/bin/env bash
#
# A command that drops its privileges knows the hosts, too; and with --owner, it clones.
set -euo pipefail
. "$(dirname "$0")/../support/e2e.sh"
e2e_begin

key_make a.pem
daemon --key projecta=./a.pem --known-hosts "$GIT_SERVER_KNOWN_HOSTS" --listen "$ENGINE_BRIDGE:0"

cat >script <<END
rm /etc/ssh/ssh_known_hosts
echo build:x:1000:1000::/nonexistent:/bin/sh >>/etc/passwd
exec ssh-shim "\$@" -- setpriv --reuid 1000 --regid 1000 --clear-groups env HOME=/tmp \
	git -c core.sshCommand='ssh -o StrictHostKeyChecking=yes -o UserKnownHostsFile=none' clone $REPO /tmp/repo
END
clone()
{
	container --env SSH_SHIM_TOKEN --volume "$PWD/script:/script:ro" sfa-e2e sh /script "$@" >clone.log 2>&1
}

! clone || fail 'another user may use the socket'
expect_words clone.log 'Permission denied (publickey)'
clone --owner 1000:1000 || fail 'the owner of the socket could not clone'
daemon_stop
