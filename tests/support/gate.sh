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

_gate_support=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
for _gate_part in engine base_image shim; do # the last has its own engine_spawn
	. "$_gate_support/$_gate_part.sh"
done

SSH='' AGENT='' AGENT_PID=''

gate_begin()
{
	need_program ssh ssh-agent
	shim_begin
	_gate_find_sshd
	umask 077
	touch known_hosts authorized_keys ca_keys
	SSH=$PWD/ssh
	cat >ssh_config <<-END
		Host *
			ProxyCommand $PWD/sshd -i -E $PWD/%n.sshd.log -f $PWD/%n.sshd_config
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

# Copied, since logins in the base tree see this directory and little else of the machine.
_gate_find_sshd()
{
	cp "$_gate_support/sshd" sshd
	if [ -x /usr/sbin/sshd ]; then
		[ "$(id -u)" -ne 0 ] || mkdir -p /run/sshd # sshd insists
		return
	fi
	SFA_BASE_TREE=$(base_tree_path)
	export SFA_BASE_TREE
	[ "$(id -u)" -eq 0 ] || skip 'no sshd here, and only root can use the one of the base tree'
	[ -d "$SFA_BASE_TREE" ] || fail 'no sshd here, and no base tree: see integration.fixture_base_tree'
	[[ $PWD == /tmp/* ]] || skip 'no sshd here, and the one of the base tree works below /tmp only'
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
	# shellcheck disable=SC2034 # for shim.sh
	CONNECT=127.0.0.1
}
