# shellcheck shell=bash
#
# tools_image.sh - the image that the recipes' tools are tried in: the base image with Debian's pip, go,
# cargo, composer and bundler.
#
# The packages come from the mirror that this machine's apt uses and are installed into a copy of the base
# tree, once: it is kept in ${SFA_CACHE} beside the base tree. Source engine.sh and base_image.sh before
# this file.
#
#   tools_tree_make           make the tree if it is missing (root)
#   tools_image_import NAME   import it into the engine as NAME if the engine lacks it

# What fetches; npm is tried with this machine's own (Node.js's makers' has it built in).
readonly TOOLS_PROGRAMS=(cargo composer golang-go python3-pip ruby-bundler)
# Raise when the way the tree is made changes.
readonly TOOLS_RECIPE=1
# Half of the bytes are for compiling, which no recipe does; and the recipes' images have a pip that installs
# beside the system's packages without being told to.
readonly TOOLS_LEFT_OUT=('/usr/share/doc/*' '/usr/share/man/*' '/usr/share/locale/*'
	'/usr/lib/go-*/pkg/*' '/usr/share/go-*/src/*' '/usr/share/go-*/test/*' '/usr/lib/rustlib/*.rlib'
	'/usr/lib/gcc/*' '/usr/bin/*-lto-dump-*' '/usr/lib/*/*.a' '/usr/include/*'
	'/usr/lib/python3*/EXTERNALLY-MANAGED')

tools_tree_path()
{
	local key

	key=$({
		printf '%s\n' "$TOOLS_RECIPE" "$(base_tree_path)"
		printf '%s\n' "${TOOLS_PROGRAMS[@]}" "${TOOLS_LEFT_OUT[@]}"
	} | sha256sum)
	printf '%s/tools-%s\n' "$SFA_CACHE" "${key:0:12}"
}

tools_tree_make()
{
	local tree lock_fd

	base_tree_make || return 1
	tree=$(tools_tree_path)
	exec {lock_fd}>"$SFA_CACHE/tools.lock"
	flock "$lock_fd"
	[ -d "$tree" ] || _tools_install "$tree" || return 1
	exec {lock_fd}>&-
}

tools_image_import()
{
	base_image_import_tree "$1" "$(tools_tree_path)"
}

_tools_install()
{
	local tree=$1 making=$1.making log=$1.log options=()

	[ "$(id -u)" -eq 0 ] || {
		printf 'tools image: only root can make it\n' >&2
		return 1
	}
	printf 'tools image: making %s (once; about a minute)\n' "$tree" >&2
	rm -rf -- "$making"
	cp -a -- "$(base_tree_path)" "$making"
	mkdir -p "$making/debs/archives/partial"
	options=("${TOOLS_LEFT_OUT[@]/#/path-exclude=}")
	printf '%s\n' "${options[@]}" force-unsafe-io >"$making/etc/dpkg/dpkg.cfg.d/tools"
	{ _tools_download "$making" && _tools_unpack "$making"; } >"$log" 2>&1 </dev/null || {
		printf 'tools image: the packages could not be installed; the end of %s:\n' "$log" >&2
		tail -n 5 "$log" >&2
		return 1
	}
	rm -rf -- "$making/debs" "$making"/var/cache/{apt,debconf}/* "$making"/var/log/*
	mv -- "$making" "$tree"
	rm -f -- "$log"
}

# This machine's apt knows mirrors and proxies; what the tree has is told by the tree's own dpkg. Lists that are
# missing or too old for the mirror are fetched anew, beside the machine's own.
_tools_download()
{
	_tools_apt "$1" install "${TOOLS_PROGRAMS[@]}" ||
		{
			mkdir "$1/debs/lists" && _tools_apt "$1" update &&
				_tools_apt "$1" install "${TOOLS_PROGRAMS[@]}"
		}
}

_tools_apt()
{
	local making=$1 lists=()

	shift
	[ ! -d "$making/debs/lists" ] || lists=(-o Dir::State::lists="$making/debs/lists")
	apt-get -q -y -o APT::Sandbox::User=root -o Dir::State::status="$making/var/lib/dpkg/status" \
		-o Dir::Cache="$making/debs" --no-install-recommends --download-only "${lists[@]}" "$@"
}

_tools_unpack()
{
	# shellcheck disable=SC2016 # the inner shell's
	unshare --mount --propagation private sh -ec '
		mount -t proc none "$1/proc"
		mount -t devpts none "$1/dev/pts"
		export DEBIAN_FRONTEND=noninteractive PATH=/usr/sbin:/usr/bin:/sbin:/bin
		chroot "$1" sh -ec "apt-get -q -y -o APT::Sandbox::User=root --no-install-recommends install /debs/archives/*.deb"
	' - "$1"
}
