# shellcheck shell=bash
#
# git_server.sh - a private git repository behind a real sshd, on the engine's bridge.
#
# sshd runs in a sandbox: its users, keys and repositories exist only there. The repository is
# git@ADDRESS:org/repo.git and holds one file, SECRET, with GIT_SERVER_CONTENT in it. Source
# engine.sh, base_image.sh and sandbox.sh first.
#
#   git_server_start DIR            DIR is the caller's, empty; sets the variables below
#   git_server_authorize PUB...     let the keys of these .pub files in
#   git_server_saw_key PUB          true if this key has logged in
#   git_server_join NETWORK         be on a user-defined network of the engine, too, which others are kept
#                                   from; sets GIT_SERVER_THERE, its address there, until git_server_leave
#   git_server_save FILE            append the variables to FILE, to be sourced
#   git_server_stop
#
#   GIT_SERVER_PID, GIT_SERVER_DIR, GIT_SERVER_ADDRESS
#   GIT_SERVER_KNOWN_HOSTS          file with its host key
#   GIT_SERVER_LOG                  sshd's log, which names each key that logged in

readonly GIT_SERVER_CONTENT='only for those who hold the key'
readonly GIT_SERVER_DEADLINE_S=10

GIT_SERVER_PID='' GIT_SERVER_DIR='' GIT_SERVER_ADDRESS=''
GIT_SERVER_KNOWN_HOSTS='' GIT_SERVER_LOG='' GIT_SERVER_THERE='' _git_server_links=()

git_server_start()
{
	local dir=$1

	GIT_SERVER_DIR=$dir
	base_tree_make && sandbox_start "$dir" "$(base_tree_path)" || return 1
	GIT_SERVER_PID=$SANDBOX_PID
	GIT_SERVER_ADDRESS=$(_git_server_free_address)
	GIT_SERVER_KNOWN_HOSTS=$dir/known_hosts
	GIT_SERVER_LOG=$dir/sshd.log
	sandbox_attach "$GIT_SERVER_PID" "$GIT_SERVER_ADDRESS"
	sandbox_run "$GIT_SERVER_PID" /bin/sh -ec "$_git_server_setup" setup "$GIT_SERVER_CONTENT" \
		>"$dir/setup.log" 2>&1 || {
		printf 'git server: could not be set up: %s\n' "$(tail -n 3 "$dir/setup.log")" >&2
		return 1
	}
	sed "s/^/$GIT_SERVER_ADDRESS /" \
		"/proc/$GIT_SERVER_PID/root/etc/ssh/host_key.pub" >"$GIT_SERVER_KNOWN_HOSTS"
	setsid nsenter --target "$GIT_SERVER_PID" --mount --net --pid --root --wd -- \
		/usr/sbin/sshd -D -e -f /etc/ssh/git_server_config </dev/null >"$GIT_SERVER_LOG" 2>&1 &
	disown # its end is no news of ours
	_git_server_await
}

git_server_authorize()
{
	cat -- "$@" >>"/proc/$GIT_SERVER_PID/root/etc/ssh/git_keys"
}

git_server_saw_key()
{
	local fingerprint

	fingerprint=$(ssh-keygen -lf "$1" | cut -d ' ' -f 2)
	grep '^Accepted publickey for git ' "$GIT_SERVER_LOG" | grep -F "$fingerprint" >/dev/null
}

git_server_join()
{
	local id subnet inside=(nsenter --net="/proc/$GIT_SERVER_PID/ns/net" --)

	id=$(engine_docker network inspect -f '{{slice .Id 0 12}}' "$1")
	subnet=$(engine_docker network inspect -f '{{(index .IPAM.Config 0).Subnet}}' "$1")
	GIT_SERVER_THERE=$(ENGINE_GATEWAY=${subnet%/*} ENGINE_PREFIX_LEN=${subnet#*/} _git_server_free_address)
	_git_server_links+=("sfa$id")
	engine_in_network ip link add "sfa$id" type veth peer name "net$id" netns "$GIT_SERVER_PID"
	engine_in_network ip link set "sfa$id" master "br-$id" up
	"${inside[@]}" ip addr add "$GIT_SERVER_THERE/${subnet#*/}" dev "net$id"
	"${inside[@]}" ip link set "net$id" up
}

git_server_leave()
{
	local link

	for link in "${_git_server_links[@]}"; do
		engine_in_network ip link del "$link" 2>/dev/null || true
	done
	_git_server_links=()
}

git_server_save()
{
	local name

	for name in PID DIR ADDRESS KNOWN_HOSTS LOG; do
		name=GIT_SERVER_$name
		printf '%s=%q\n' "$name" "${!name}"
	done >>"$1"
}

git_server_stop()
{
	[ -z "$GIT_SERVER_PID" ] || sandbox_stop "$GIT_SERVER_PID" "$GIT_SERVER_DIR"
	GIT_SERVER_PID=''
}

# shellcheck disable=SC2016
readonly _git_server_setup='
	useradd --system --create-home --home-dir /srv/git --shell /usr/bin/git-shell -p "*" git
	mkdir -p /run/sshd
	ssh-keygen -q -t ed25519 -N "" -C "" -f /etc/ssh/host_key
	: >/etc/ssh/git_keys
	printf "%s\n" "HostKey /etc/ssh/host_key" "AuthorizedKeysFile /etc/ssh/%u_keys" \
		"AllowUsers git forge-*" "Subsystem sftp internal-sftp" "AuthenticationMethods publickey" "MaxStartups 200" \
		"LogLevel VERBOSE" >/etc/ssh/git_server_config

	export HOME=/tmp GIT_CONFIG_GLOBAL=/dev/null
	git init -q -b main /tmp/work
	printf "%s\n" "$1" >/tmp/work/SECRET
	git -C /tmp/work add SECRET
	git -C /tmp/work -c user.name=test -c user.email=test@localhost commit -q -m "a secret"
	mkdir -p /srv/git/org
	git clone -q --bare /tmp/work /srv/git/org/repo.git
	chown -R git: /srv/git
'

# Docker gives addresses out from the bottom of the bridge's subnet: take one from its top.
_git_server_free_address()
{
	local a b c d gateway host_bits top

	IFS=. read -r a b c d <<<"$ENGINE_GATEWAY"
	gateway=$((a << 24 | b << 16 | c << 8 | d))
	host_bits=$((32 - ENGINE_PREFIX_LEN))
	top=$(((gateway >> host_bits << host_bits | (1 << host_bits) - 1) - 1 - $$ % 50))
	printf '%d.%d.%d.%d\n' $((top >> 24 & 255)) $((top >> 16 & 255)) $((top >> 8 & 255)) \
		$((top & 255))
}

_git_server_await()
{
	local deadline=$((SECONDS + GIT_SERVER_DEADLINE_S))

	until grep -q '^Server listening' "$GIT_SERVER_LOG"; do
		[ "$SECONDS" -lt "$deadline" ] || {
			printf 'git server: sshd did not start: %s\n' "$(cat "$GIT_SERVER_LOG")" >&2
			return 1
		}
		sleep 0.02
	done
}
