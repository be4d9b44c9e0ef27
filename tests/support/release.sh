# shellcheck shell=bash
#
# release.sh - the programs as they are delivered. SFA_RELEASE_DIR holds the presets' build directories.
# Source verdict.sh first.
#
#   release_programs [PRESET]...    their paths, one a line; by default of both presets
#   release_daemons                 what starts daemons (daemon.sh) takes the released one from here on
#   release_strip FILE OUT          as an installation strips it

release_programs()
{
	local preset

	[ $# -gt 0 ] || set -- release release-arm64
	for preset; do
		printf '%s\n' "$SFA_RELEASE_DIR/$preset/shim/ssh-shim" \
			"$SFA_RELEASE_DIR/$preset/agentd/ssh-forward-agentd"
	done
}

release_daemons()
{
	export SFA_AGENTD=$SFA_RELEASE_DIR/release/agentd/ssh-forward-agentd
}

release_strip()
{
	case $1 in
	*/release-arm64/*) aarch64-linux-gnu-strip -o "$2" "$1" ;;
	*) strip -o "$2" "$1" ;;
	esac
}
