#!/usr/bin/env bash
#
# Under a policy that names one host, a build clones from there, and from a second server, which takes
# the same key and whose host key is known as well, it does not, whatever it tells its ssh.
set -euo pipefail
. "$(dirname "$0")/../support/e2e.sh"
e2e_begin

other_start()
{
	# shellcheck disable=SC2016
	sandbox_run "$GIT_SERVER_PID" /bin/sh -ec '
		rm -f /etc/ssh/other_key*
		ssh-keygen -q -t ed25519 -N "" -C "" -f /etc/ssh/other_key
		sed "s,^HostKey .*,HostKey /etc/ssh/other_key," /etc/ssh/git_server_config >/etc/ssh/other_config
		printf "%s\n" "Port 2222" "PidFile /run/other.pid" >>/etc/ssh/other_config'
	trap other_end EXIT
	nsenter --target "$GIT_SERVER_PID" --mount --net --pid --root --wd -- \
		/usr/sbin/sshd -D -e -f /etc/ssh/other_config </dev/null >other.log 2>&1 &
	until grep -q '^Server listening' other.log; do
		[ -d "/proc/$!" ] || fail "the second sshd did not start: $(cat other.log)"
		sleep 0.02
	done
}

# The sandbox outlives the test.
other_end()
{
	local status=$?

	set +e
	# shellcheck disable=SC2016
	sandbox_run "$GIT_SERVER_PID" /bin/sh -c 'kill "$(cat /run/other.pid)"'
	(exit "$status")
	_e2e_end
}

key_make a.pem
other_start
{
	cat "$GIT_SERVER_KNOWN_HOSTS"
	printf '[%s]:2222 %s\n' "$GIT_SERVER_ADDRESS" \
		"$(cat "/proc/$GIT_SERVER_PID/root/etc/ssh/other_key.pub")"
} >known_hosts
cp known_hosts context/
cat >config <<-END
	[daemon]
	known-hosts = $PWD/known_hosts
	[id default]
	key = $PWD/a.pem
	host = $GIT_SERVER_ADDRESS
	user = git
	[id anywhere]
	key = $PWD/a.pem
END
daemon --config config --listen "$ENGINE_BRIDGE:0"
other=ssh://git@$GIT_SERVER_ADDRESS:2222/srv/git/org/repo.git
dockerfile 'ARG SSH_SHIM_TOKEN' 'COPY known_hosts /etc/ssh/ssh_known_hosts' \
	"RUN ssh-shim -- git clone $REPO" \
	"RUN ! ssh-shim -- git clone $other /other" \
	"RUN ! ssh-shim --no-ssh-wrapper -- git -c core.sshCommand='ssh -o StrictHostKeyChecking=no -o \
UserKnownHostsFile=/dev/null -o HostKeyAlias=$GIT_SERVER_ADDRESS' clone $other /other" \
	"RUN ! ssh-shim -- sh -c 'ssh -o ControlMaster=yes -o ControlPath=/tmp/c -A git@$GIT_SERVER_ADDRESS \
true; git clone $other /other'" \
	"RUN ssh-shim --id anywhere -- git clone $other /other"

build --build-arg SSH_SHIM_TOKEN

expect_secret
expect_equal "$(grep -c 'refused kind=sign id=default .*: a login to a host that is none' "$DAEMON_LOG")" 3 \
	'refusals'
expect_equal "$(grep -c '^Accepted publickey' other.log)" 1 'logins on the other server'
daemon_await_log "signed id=default .* user=\"git\" host=$GIT_SERVER_ADDRESS "
daemon_stop
