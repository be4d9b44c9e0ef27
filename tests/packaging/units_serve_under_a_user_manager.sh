#!/usr/bin/env bash
#
# Under a real `systemd --user`, of a user who is not root: the first connection to the socket starts the daemon,
# which signs and tells how it fares; it reads its configuration again, and ends in order.
set -euo pipefail
. "$(dirname "$0")/../support/verdict.sh"
cd "$(dirname "$0")/../.."
need_program unshare systemctl setpriv ssh-add
[ -x /lib/systemd/systemd ] || skip 'systemd is not installed'
[ "$(id -u)" -eq 0 ] || skip 'only root can make a cgroup for the user'

work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT
chmod 711 "$work"
mkdir -p "$work/home/.config/systemd/user" "$work/home/.config/ssh-forward-agentd"
ssh-keygen -q -t ed25519 -N '' -C first -f "$work/home/first"
ssh-keygen -q -t ed25519 -N '' -C second -f "$work/home/second"
printf '[id default]\nkey = ~/first\n' >"$work/home/.config/ssh-forward-agentd/config"
cp packaging/systemd/ssh-forward-agentd.socket "$work/home/.config/systemd/user"
# The program is where the user can go.
cp "$BUILD_DIR/agentd/ssh-forward-agentd" "$work/ssh-forward-agentd"
sed "s,@CMAKE_INSTALL_FULL_BINDIR@,$work," packaging/systemd/ssh-forward-agentd.service.in \
	>"$work/home/.config/systemd/user/ssh-forward-agentd.service"
chown -R 4711:4711 "$work/home"

cat >"$work/as-user" <<'END'
set -eu
# What the command $1 prints is $2 within a time that is long.
await()
{
	deadline=$(($(date +%s) + 60))
	until [ "$($1 2>&1)" = "$2" ]; do
		[ "$(date +%s)" -lt "$deadline" ] || { echo "FAIL: $1: not '$2' but '$($1 2>&1)'"; exit 1; }
		sleep 0.1
	done
}
show()
{
	systemctl --user show --property "$1" --value ssh-forward-agentd.service
}
listed()
{
	ssh-add -l | cut -d ' ' -f 3
}

/lib/systemd/systemd --user --log-target=console >"$HOME/manager.log" 2>&1 &
manager=$!
await 'systemctl --user is-active default.target' active
systemctl --user start ssh-forward-agentd.socket
await 'show ActiveState' inactive
export SSH_AUTH_SOCK=$XDG_RUNTIME_DIR/ssh-forward-agentd.sock
await listed first
await 'show ActiveState' active
show StatusText | grep . >/dev/null
pid=$(show MainPID)
"$1" token | grep sfa1_ >/dev/null
sed -i 's/first/second/' ~/.config/ssh-forward-agentd/config
systemctl --user reload ssh-forward-agentd.service
await listed second
[ "$(show MainPID)" = "$pid" ]
systemctl --user stop ssh-forward-agentd.socket ssh-forward-agentd.service
[ "$(show Result)" = success ]
[ "$(show ExecMainStatus)" = 0 ]
[ ! -d "/proc/$pid" ]
systemctl --user exit
wait "$manager" || true
echo passed
END

# A machine where systemd seems to have booted, and the user has a cgroup of the second version: the user's manager
# looks for no more.
# shellcheck disable=SC2016 # the inner shell's
unshare --mount --propagation private --pid --fork --kill-child --mount-proc --cgroup sh -ec '
	mount -t tmpfs tmpfs /run
	mkdir -p /run/systemd/system && mkdir -m 700 /run/user && chown 4711:4711 /run/user
	umount -R /sys/fs/cgroup
	mount -t cgroup2 none /sys/fs/cgroup
	part=/sys/fs/cgroup/sfa-units-$2
	mkdir "$part"
	chown -R 4711:4711 "$part"
	sh -c "echo \$\$ >$part/cgroup.procs && exec setpriv --reuid 4711 --regid 4711 --clear-groups env -i \
		PATH=/usr/bin:/bin HOME=$1/home XDG_RUNTIME_DIR=/run/user sh $1/as-user $1/ssh-forward-agentd"
	' - "$work" "$$" >"$work/log" 2>&1 || true
find /sys/fs/cgroup -depth -type d -path "*/sfa-units-$$*" -exec rmdir {} \; 2>/dev/null || true
[ "$(tail -n 1 "$work/log")" = passed ] || fail "$(tail -n 20 "$work/log" "$work/home/manager.log")"
