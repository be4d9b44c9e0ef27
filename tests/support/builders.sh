# shellcheck shell=bash
#
# builders.sh - Buildah and Podman, in the network of the engine: as root, and as a user of the host who is
# nobody special. Source e2e.sh first.
#
#   builders_begin            after e2e_begin: they get the images sfa-e2e-base and ssh-forward-agent, in
#                             stores of their own
#   as_root COMMAND...        run it as root, in ./context
#   as_user COMMAND...        the same as the user, whose home is ./home
#   builders_user_daemon      from here on, daemons are the user's
#   user_owns FILE...         makes them his
#   builders_run_page WHO LABEL N
#                             as_root or as_user runs each command of a page's block (page.sh): N builds of
#                             an image app (page.sh), which has the repository in /app and the key ./a.pem nowhere
#
# Either has the daemon's sockets in $XDG_RUNTIME_DIR, and $SSH_SHIM_TOKEN.

readonly _BUILDERS_UID=4711

builders_begin()
{
	need_program buildah podman newuidmap slirp4netns runc
	chmod 711 . # the user goes through
	mkdir -m 700 root home
	user_owns home context
	engine_docker save sfa-e2e-base ssh-forward-agent >images.tar
	_builders_configure root
	_builders_configure home
}

as_root()
{
	_builders_run root 0 "$@"
}

as_user()
{
	_builders_run home "$_BUILDERS_UID" "$@"
}

user_owns()
{
	chown -R "$_BUILDERS_UID:$_BUILDERS_UID" -- "$@"
}

builders_user_daemon()
{
	# shellcheck disable=SC2016 # the script's own
	printf '#!/bin/sh\nchown %s "$XDG_RUNTIME_DIR"\nchmod 711 "${XDG_RUNTIME_DIR%%/*}"\nexec setpriv --reuid %s --regid %s --clear-groups "%s" "$@"\n' \
		"$_BUILDERS_UID" "$_BUILDERS_UID" "$_BUILDERS_UID" "$SFA_AGENTD" >agentd
	chmod 755 agentd
	SFA_AGENTD=$TEST_DIR/agentd
}

builders_run_page()
{
	local command number=0 unpacked

	page_commands "$2" >"commands.$2"
	while read -r command; do
		"$1" sh -ec "$command" >build.log 2>&1 </dev/null || fail "this failed: $command"
		[[ $command == *' build '* ]] || continue
		number=$((number + 1))
		unpacked=unpacked.$2.$number
		"$1" podman save "$IMAGE" 2>save.log | image_unpack_saved "$unpacked"
		expect_equal "$(cat "$unpacked"/layers/*/app/SECRET)" "$GIT_SERVER_CONTENT" "what was cloned by $command"
		rm -r "$unpacked/layers/1" # what was there before the key
		! key_is_found a.pem "$unpacked" || fail "the key is in the image: $command"
	done <"commands.$2"
	[ "$number" -eq "$3" ] || fail "the block $2 has $number builds, not $3"
}

# A store in DIR, with the engine's images. runc, as the engine has it: crun takes no mixture of cgroups v1
# and v2.
_builders_configure()
{
	local driver=overlay

	# shellcheck disable=SC2016 # the inner shell's
	unshare --mount sh -c 'mkdir "$1/l" "$1/u" "$1/w" && mount -t overlay overlay \
		-o "lowerdir=$1/l,upperdir=$1/u,workdir=$1/w" "$1/l"' - "$(mktemp -d ./overlay.XXX)" || driver=vfs
	mkdir "$1.d"
	printf '[storage]\ndriver="%s"\ngraphroot="%s"\nrunroot="%s"\nrootless_storage_path="%s"\n' \
		"$driver" "$TEST_DIR/$1/store" "$TEST_DIR/$1/run" "$TEST_DIR/$1/store" >"$1.d/storage.conf"
	printf '[engine]\nruntime="runc"\ncgroup_manager="cgroupfs"\nevents_logger="file"\n' >"$1.d/containers.conf"
}

# _builders_run HOME UID COMMAND...: what it leaves in /etc, /run and /dev, and the processes that it leaves, go with
# it. Podman's users are in /etc/subuid, and may open /dev/net/tun, which is not so on every machine of tests.
_builders_run()
{
	local home=$TEST_DIR/$1 uid=$2

	shift 2
	[ -d "$home/store" ] || {
		mkdir -p "$home/store" "$home/run"
		[ "$uid" -eq 0 ] || user_owns "$home"
		_builders_enter "$home" "$uid" podman load --quiet <"$TEST_DIR/images.tar" >"$TEST_DIR/load.log" 2>&1 ||
			fail "podman load: $(cat "$TEST_DIR/load.log")"
	}
	_builders_enter "$home" "$uid" "$@"
}

_builders_enter()
{
	local home=$1 uid=$2

	shift 2
	# shellcheck disable=SC2016 # the inner shell's
	engine_in_network unshare --mount --propagation shared --pid --fork --kill-child --mount-proc sh -ec '
		home=$1 uid=$2 user=$3 daemon=$4
		mount --make-rslave /
		mount -t tmpfs -o mode=755 tmpfs /run
		mkdir -p /run/upper /run/work /run/lock
		mount -t overlay overlay -o lowerdir=/etc,upperdir=/run/upper,workdir=/run/work /etc
		printf "builder:x:%s:%s::%s:/bin/sh\n" "$user" "$user" "$home" >>/etc/passwd
		printf "builder:200000:65536\n" | tee /etc/subuid >/etc/subgid
		mkdir -p -m 700 /run/user/ssh-forward-agentd && chown "$uid:$uid" /run/user
		[ ! -d "$daemon" ] || mount --bind "$daemon" /run/user/ssh-forward-agentd
		mknod -m 666 /run/tun c 10 200 && mount --bind /run/tun /dev/net/tun
		cd "$5"
		shift 5
		exec setpriv --reuid "$uid" --regid "$uid" --clear-groups env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin \
			HOME="$home" XDG_RUNTIME_DIR=/run/user TMPDIR="$home" SSH_SHIM_TOKEN="${SSH_SHIM_TOKEN:-}" \
			CONTAINERS_CONF="$home.d/containers.conf" CONTAINERS_STORAGE_CONF="$home.d/storage.conf" "$@"
	' - "$home" "$uid" "$_BUILDERS_UID" "${DAEMON_RUNTIME_DIR:-}/ssh-forward-agentd" \
		"$TEST_DIR/context" "$@"
}
