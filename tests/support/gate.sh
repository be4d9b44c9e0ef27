# shellcheck shell=bash
#
# gate.sh - real sshds for what passes the gate. Includes shim.sh.
#
# An sshd runs for one connection of ssh, at the other end of a pipe: there is no port to find, and
# nothing to wait for.
#
#   gate_begin              first call of every test
#   key_make FILE [ARG...]  ssh-keygen; Ed25519 unless told otherwise
#   host_make NAME LINE...  a host; lines of its sshd_config, the host key among them. Keys in the
#                           file authorized_keys may log in, and all of ca_keys' certificates
#   host_known NAME PUB     its key, in the file known_hosts
#   agent_start KEY...      an ssh-agent with these keys at $AGENT
#   daemon ARG...           ssh-forward-agentd; a shim finds it
#   SSH                     a program: ssh to hosts made here, as this user

. "$(dirname "${BASH_SOURCE[0]}")/shim.sh"

readonly SSHD=/usr/sbin/sshd
SSH='' AGENT='' AGENT_PID=''

gate_begin()
{
	need_program "$SSHD" ssh ssh-agent
	shim_begin
	if [ "$(id -u)" -eq 0 ] && [ ! -d /run/sshd ]; then
		mkdir /run/sshd # sshd insists
	fi
	umask 077
	touch known_hosts authorized_keys ca_keys
	SSH=$PWD/ssh
	cat >ssh_config <<-END
		Host *
			ProxyCommand $SSHD -i -E $PWD/%n.sshd.log -f $PWD/%n.sshd_config
			UserKnownHostsFile $PWD/known_hosts
			GlobalKnownHostsFile none
			IdentityFile none
			PreferredAuthentications publickey
			StrictHostKeyChecking yes
			BatchMode yes
			LogLevel ERROR
	END
	printf '#!/bin/sh\nexec ssh -F %q "$@"\n' "$PWD/ssh_config" >"$SSH"
	chmod +x "$SSH"
}

key_make()
{
	local file=$1

	shift
	[ $# -gt 0 ] || set -- -t ed25519
	ssh-keygen -q -N '' -C "$file" -f "$file" "$@"
}

host_make()
{
	local name=$1

	shift
	cat >"$name.sshd_config" <<-END
		AuthorizedKeysFile $PWD/authorized_keys
		TrustedUserCAKeys $PWD/ca_keys
		PidFile none
		StrictModes no
		PermitRootLogin yes
		LogLevel VERBOSE
	END
	printf '%s\n' "$@" >>"$name.sshd_config"
}

host_known()
{
	printf '%s %s\n' "$1" "$(cat "$2")" >>known_hosts
}

agent_start()
{
	AGENT=$PWD/real-agent.sock
	ssh-agent -D -a "$AGENT" >/dev/null 2>agent.log &
	AGENT_PID=$!
	until [ -S "$AGENT" ]; do
		[ -d "/proc/$AGENT_PID" ] || fail 'ssh-agent did not start'
		sleep 0.02
	done
	[ $# -eq 0 ] || SSH_AUTH_SOCK=$AGENT ssh-add -q "$@" 2>>agent.log
}

daemon()
{
	mkdir daemon
	daemon_start "$PWD/daemon" --listen 127.0.0.1:0 "$@"
	CONNECT=127.0.0.1
}
