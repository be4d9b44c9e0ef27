# shellcheck shell=bash
#
# base_image.sh - the image that test builds start from: Debian with git and ssh.
#
# Made by debootstrap from the mirror that this machine's apt uses, once: the tree is kept in
# ${SFA_CACHE}, under a name made of its suite and package list. Source engine.sh before this file.
#
#   base_tree_path                  where the tree is (whether or not it was made yet)
#   base_tree_make                  make it if it is missing (root)
#   base_image_import NAME          import the tree into the engine as NAME if it lacks it
#   base_image_import_tree NAME TREE  the same of another tree in ${SFA_CACHE}
#   base_image_add_shim BASE NAME SHIM [KNOWN_HOSTS]
#                                   image NAME = BASE + /usr/local/bin/ssh-shim, and the host keys
#                                   as /etc/ssh/ssh_known_hosts. SHIM is a file, which comes with what
#                                   it is linked with, or --from=IMAGE: that image's /ssh-shim
#   base_image_of_server BASE NAME RELEASE_DIR
#                                   image NAME of Dockerfile.server, with the programs of that build

# openssh-server is for the git server, which runs from the same tree.
readonly BASE_PROGRAMS=(dropbear-bin git openssh-client openssh-server rsync)
# Raise when the way the tree is made changes.
readonly BASE_RECIPE=3

_base_top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)

base_tree_path()
{
	local key

	key=$({
		printf '%s\n' "$BASE_RECIPE" "$(_base_suite)"
		printf '%s\n' "${BASE_PROGRAMS[@]}"
	} | sha256sum)
	printf '%s/base-%s\n' "$SFA_CACHE" "${key:0:12}"
}

base_tree_make()
{
	local tree lock_fd

	tree=$(base_tree_path)
	mkdir -p "$SFA_CACHE"
	exec {lock_fd}>"$SFA_CACHE/base.lock"
	flock "$lock_fd"
	[ -d "$tree" ] || _base_bootstrap "$tree" || return 1
	exec {lock_fd}>&-
}

base_image_import()
{
	base_image_import_tree "$1" "$(base_tree_path)"
}

base_image_import_tree()
{
	local name=$1 tree=$2 tag

	tag=${tree##*/}
	tag=sfa-test-tree:${tag#base-}
	engine_docker image inspect "$tag" >/dev/null 2>&1 ||
		tar --numeric-owner --one-file-system -C "$tree" -c . |
		engine_docker import - "$tag" >/dev/null
	engine_docker tag "$tag" "$name"
}

base_image_add_shim()
{
	local base=$1 name=$2 shim=$3 known_hosts=${4:-/dev/null} context libraries=()

	context=$(mktemp -d)
	cat -- "$known_hosts" >"$context/ssh_known_hosts"
	chmod 644 "$context/ssh_known_hosts"
	printf '%s\n' "FROM $base" 'COPY ssh_known_hosts /etc/ssh/ssh_known_hosts' >"$context/Dockerfile"
	if [[ $shim == --from=* ]]; then
		printf 'COPY %s /ssh-shim /usr/local/bin/\n' "$shim" >>"$context/Dockerfile"
	else
		install -m 755 -- "$shim" "$context/ssh-shim"
		echo 'COPY ssh-shim /usr/local/bin/' >>"$context/Dockerfile"
		mapfile -t libraries < <(_base_libraries_of "$shim")
	fi
	if [ ${#libraries[@]} -gt 0 ]; then
		mkdir "$context/lib"
		cp -- "${libraries[@]}" "$context/lib"
		printf '%s\n' 'COPY lib /usr/local/lib/shim' 'RUN ldconfig /usr/local/lib/shim' \
			>>"$context/Dockerfile"
	fi
	_base_build "$name" "$context"
}

base_image_of_server()
{
	local base=$1 name=$2 release=$3 context

	context=$(mktemp -d)
	mkdir -p "$context/scripts" "$context/build/image"
	cp -- "$_base_top/Dockerfile.server" "$context/Dockerfile"
	cp -- "$_base_top/scripts/image-programs" "$context/scripts"
	install -m 755 -s -- "$release/shim/ssh-shim" "$release/agentd/ssh-forward-agentd" "$context/build/image"
	cp -- "$release"/shim/ssh-shim.spdx.json "$release"/agentd/ssh-forward-agentd.spdx.json "$context/build/image"
	_base_build "$name" "$context" --build-arg BASE="$base"
}

# _base_build NAME CONTEXT ARG...: and the context is gone. BUILDER as in e2e.sh.
_base_build()
{
	local name=$1 context=$2 buildkit=0 status=0

	shift 2
	[ "${BUILDER:-legacy}" = legacy ] || buildkit=1
	DOCKER_BUILDKIT=$buildkit engine_docker build --quiet --tag "$name" "$@" "$context" >/dev/null || status=1
	rm -rf -- "$context"
	return "$status"
}

# What a program is linked with, but for glibc, which every Debian has.
_base_libraries_of()
{
	ldd "$1" 2>/dev/null | sed -n 's/^.* => \(\/[^ ]*\) .*$/\1/p' |
		grep -vE '/(libc|libm|libdl|librt|libpthread|libresolv)\.so\.' || true
}

_base_suite()
{
	sed -n 's/^VERSION_CODENAME=//p' /etc/os-release
}

# The mirror that apt is configured with; debootstrap's own default when apt names none.
_base_mirror()
{
	# shellcheck disable=SC2016 # apt's variables, not ours
	apt-get indextargets --format '$(ORIGIN) $(CODENAME) $(REPO_URI)' 'Created-By: Packages' |
		sed -n "s/^Debian $(_base_suite) //p" | head -n 1
}

_base_bootstrap()
{
	local tree=$1 making=$1.making packages log=$1.log

	[ "$(id -u)" -eq 0 ] || {
		printf 'base image: only root can make it (debootstrap)\n' >&2
		return 1
	}
	printf 'base image: making %s with debootstrap (once; about a minute)\n' "$tree" >&2
	packages=$(printf '%s\n' "${BASE_PROGRAMS[@]}" | paste -s -d ,)
	rm -rf -- "$making"
	# shellcheck disable=SC2046
	debootstrap --variant=minbase --include="$packages" \
		"$(_base_suite)" "$making" $(_base_mirror) >"$log" 2>&1 </dev/null || {
		printf 'base image: debootstrap failed; the end of %s:\n' "$log" >&2
		tail -n 5 "$log" >&2
		return 1
	}
	rm -rf -- "$making"/var/cache/apt/* "$making"/var/lib/apt/lists/* "$making"/var/log/* \
		"$making"/usr/share/{doc,man,locale}/* "$making"/etc/ssh/ssh_host_*
	# Engines mount these; where one is missing, they make it and touch the layer of every step.
	printf '127.0.0.1 localhost\n' >"$making/etc/hosts"
	: >"$making/etc/resolv.conf"
	: >"$making/etc/hostname"
	mv -- "$making" "$tree"
	rm -f -- "$log"
}
