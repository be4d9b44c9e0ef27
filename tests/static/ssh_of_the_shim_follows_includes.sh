#!/usr/bin/env bash
#
# The static ssh of the shim reads ssh_config as the dynamic one does: Include with patterns and with "~", and
# the user's entry says where that is, not $HOME.
set -euo pipefail
. "$(dirname "$0")/../support/verdict.sh"
. "$(dirname "$0")/../support/release.sh"
need_program ssh
dir=$(mktemp -d)
trap 'rm -rf -- "$dir"' EXIT
cd "$dir"

# What a shim makes (shim/wrapper_files.h), and an ssh that says how it was called, -G like the real one.
mkdir -p bin ids image conf.d
ln -s "$SFA_RELEASE_DIR/release/shim/ssh-shim" bin/ssh
echo 'ids/org.sock git.example.org:2222/org' >routes
cat >image/ssh <<'END'
#!/bin/sh
[ "$1" != -G ] || { echo asked >>asked; exec /usr/bin/ssh "$@"; }
printf '%s\n' "$@" >argv
END
chmod 755 image/ssh

# expect_route CONFIG: the alias leads to the repository's id
expect_route()
{
	rm -f argv
	printf '%s\n' "$1" >config
	HOME=/nonexistent PATH=$PWD/image:$PATH "$PWD/bin/ssh" -F "$PWD/config" git@work "git-upload-pack 'org/a'" 2>said ||
		fail "$1: $(cat said)"
	grep -x -- "-oIdentityAgent=\"$PWD/ids/org.sock\"" argv >/dev/null || fail "$1: called with $(cat argv)"
	[ ! -s said ] || fail "$1: it said: $(cat said)"
}

printf '%s\n' 'Host work' 'HostName git.example.org' >conf.d/10-name.conf
printf '%s\n' 'Host work' 'Port 2222' >conf.d/20-port.conf
expect_route "Include $PWD/conf.d/*.conf"
expect_route "Include $PWD/conf.d/[12]0-*.conf $PWD/missing"
[ ! -e asked ] || fail 'it asked ssh -G what it could have read itself'
printf '%s\n' 'Match originalhost work' 'Port 2222' >conf.d/20-port.conf
expect_route "Include $PWD/conf.d/*.conf"
[ -e asked ] || fail 'control: Match was not left to ssh -G'

# In the home of the user's entry, in a mount of our own.
[ "$(id -u)" -eq 0 ] || exit 0
home=$(getent passwd 0 | cut -d : -f 6)
printf '%s\n' 'Host work' 'Port 2222' >conf.d/20-port.conf
rm asked
# shellcheck disable=SC2016 # the inner shell's
unshare --mount --propagation private bash -ec '
	mount -t tmpfs none "$1"
	mkdir -p "$1/.ssh/conf.d"
	cp conf.d/* "$1/.ssh/conf.d/"
	printf "%s\n" "Include ~/.ssh/conf.d/*" >"$1/.ssh/config"
	chmod -R go= "$1/.ssh"
	rm argv
	HOME=/nonexistent PATH=$PWD/image:$PATH "$PWD/bin/ssh" git@work "git-upload-pack '\''org/a'\''"
	printf "%s\n" "Include conf.d/*" >"$1/.ssh/config"
	mv argv argv.home
	HOME=/nonexistent PATH=$PWD/image:$PATH "$PWD/bin/ssh" git@work "git-upload-pack '\''org/a'\''"
' - "$home"
for file in argv argv.home; do
	grep -x -- "-oIdentityAgent=\"$PWD/ids/org.sock\"" "$file" >/dev/null || fail "$file: $(cat "$file")"
done
[ ! -e asked ] || fail 'it asked ssh -G what it could have read itself'
