# shellcheck shell=bash
#
# tools_tree.sh - the tools that docs/recipes is about, for containers of end-to-end tests.
#
# The base tree (base_image.sh) with pip, go, cargo, composer and bundler installed into a copy,
# once: kept beside it in ${SFA_CACHE}, under a name made of both package lists. It is no image, since
# more than a gigabyte would have to be imported for each engine: containers get its /usr and /etc
# mounted, read-only. Source base_image.sh before this file.
#
#   tools_tree_path           where the tree is (whether or not it was made yet)
#   tools_tree_make           make it if it is missing (root; takes packages from this machine's apt)
#   tools_run ARG... -- COMMAND
#                             docker run ARG... of sfa-e2e, with these tools and the release's ssh-shim

readonly TOOLS_PROGRAMS=(
	bundler ca-certificates cargo composer golang-go python3-pip python3-setuptools python3-wheel
)
# Raise when the way the tree is made changes.
readonly TOOLS_RECIPE=1

tools_tree_path()
{
	local key

	key=$(printf '%s\n' "$TOOLS_RECIPE" "$(base_tree_path)" "${TOOLS_PROGRAMS[@]}" | sha256sum)
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

tools_run()
{
	local options=() tree

	tree=$(tools_tree_path)
	while [ "$1" != -- ]; do
		options+=("$1")
		shift
	done
	shift
	container --volume "$tree/usr:/usr:ro" --volume "$tree/etc:/etc:ro" \
		--volume "$SFA_RELEASE/shim/ssh-shim:/usr/local/bin/ssh-shim:ro" \
		"${options[@]}" sfa-e2e "$@"
}

_tools_install()
{
	local tree=$1 making=$1.making log=$1.log

	printf 'tools: making %s (once; some minutes)\n' "$tree" >&2
	rm -rf -- "$making" "$making.debs"
	mkdir -p "$making.debs/partial"
	{
		cp -a -- "$(base_tree_path)" "$making" &&
			apt-get -o Dir::State::status="$making/var/lib/dpkg/status" \
				-o Dir::Cache::archives="$making.debs" -o APT::Keep-Downloaded-Packages=true \
				-o APT::Sandbox::User=root --yes --no-install-recommends --download-only \
				install "${TOOLS_PROGRAMS[@]}" &&
			mkdir "$making/debs" && mv -- "$making.debs"/*.deb "$making/debs" &&
			(cd "$making" && debs=(debs/*.deb) &&
				chroot . /usr/bin/env DEBIAN_FRONTEND=noninteractive PATH=/usr/sbin:/usr/bin:/sbin:/bin \
				apt-get -o Dpkg::Options::=--force-unsafe-io -o APT::Sandbox::User=root --yes \
				--no-install-recommends --no-download install "${debs[@]/#/./}")
	} >"$log" 2>&1 </dev/null || {
		printf 'tools: failed; the end of %s:\n' "$log" >&2
		tail -n 5 "$log" >&2
		return 1
	}
	rm -rf -- "$making.debs" "$making/debs" "$making"/var/log/* "$making"/usr/share/{doc,man,locale}/*
	: >"$making/usr/local/bin/ssh-shim" # to be mounted over
	mv -- "$making" "$tree"
	rm -f -- "$log"
}
