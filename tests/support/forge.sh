# shellcheck shell=bash
#
# forge.sh - private repositories as the big forges keep them, on the git server: whoever has a key
# that is known at all is let in, and only then told that the repository is not his. Source e2e.sh
# first.
#
#   forge_begin               after e2e_begin
#   forge_repository NAME...  forge@ADDRESS:org/NAME.git, each an npm package with a file SECRET, and in
#                             it "secret of NAME", tagged v1.0.0; and what the directory ./package holds,
#                             if there is one, with NAME for each @NAME@ in files and their names
#   forge_revision NAME       the commit that it has
#   forge_submodule NAME URL  adds a submodule to NAME, under the URL's last name
#   forge_key FILE NAME       a key FILE that opens org/NAME.git and nothing else
#   forge_user FILE           a key FILE that may do what a shell may
#   forge_port PORT NAME      the same forge at another port, with a host key of its own, called NAME
#
#   FORGE                     forge@ADDRESS
#   known_hosts               file with the forge's host keys
#
# Each test has a forge of its own: the user forge-PID.

FORGE='' _forge_user=''

forge_begin()
{
	_forge_user=forge-$$
	# shellcheck disable=SC2034 # for the tests
	FORGE=$_forge_user@$GIT_SERVER_ADDRESS
	cp "$GIT_SERVER_KNOWN_HOSTS" known_hosts
	_forge_write_program "/proc/$GIT_SERVER_PID/root/tmp/forge.$_forge_user"
	# shellcheck disable=SC2016
	_forge_run '
		useradd --create-home --home-dir "/srv/$0" --shell /bin/sh -p "*" "$0"
		: >"/etc/ssh/$0_keys"
		mkdir "/srv/$0/org" && chown "$0:" "/srv/$0/org"
		mv "/tmp/forge.$0" /usr/local/bin/forge
	'
}

# What the key of the repository $1 may run; git quotes the path.
_forge_write_program()
{
	cat >"$1" <<-'END'
		#!/bin/sh
		asked=$(printf '%s' "$SSH_ORIGINAL_COMMAND" | tr -d "'")
		for start in '' / '~/'; do
			for end in '' .git; do
				[ "$asked" != "git-upload-pack ${start}org/$1$end" ] || exec git-upload-pack "org/$1.git"
			done
		done
		echo 'ERROR: Repository not found.' >&2
		exit 1
	END
	chmod 755 "$1"
}

# Runs a script there as root; $0 is the user, the rest its arguments.
_forge_run()
{
	sandbox_run "$GIT_SERVER_PID" /bin/sh -ec "$1" "$_forge_user" "${@:2}" >>forge.log 2>&1 ||
		fail "the forge cannot be set up: $(tail -n 3 forge.log)"
}

forge_repository()
{
	local package=/proc/$GIT_SERVER_PID/root/tmp/package.$_forge_user

	[ ! -d package ] || cp -r package "$package"
	# shellcheck disable=SC2016
	_forge_run '
		export HOME=/tmp GIT_CONFIG_GLOBAL=/dev/null
		for name; do
			work=$(mktemp -d)
			git init -q -b main "$work"
			printf "secret of %s\n" "$name" >"$work/SECRET"
			printf "{\"name\": \"%s\", \"version\": \"1.0.0\"}\n" "$name" >"$work/package.json"
			[ ! -d "/tmp/package.$0" ] || {
				cp -r "/tmp/package.$0/." "$work"
				find "$work" -name .git -prune -o -type f -exec sed -i "s/@NAME@/$name/g" {} +
				find "$work" -name "@NAME@.*" -exec sh -c '\''mv "$1" "${1%@NAME@.*}$0.${1##*.}"'\'' "$name" {} \;
			}
			git -C "$work" add .
			git -C "$work" -c user.name=test -c user.email=test@localhost commit -q -m "$name"
			git -C "$work" tag v1.0.0
			git clone -q --bare "$work" "/srv/$0/org/$name.git"
			rm -r "$work"
		done
		chown -R "$0:" "/srv/$0/org"
	' "$@"
}

forge_revision()
{
	cat "/proc/$GIT_SERVER_PID/root/srv/$_forge_user/org/$1.git/refs/heads/main" 2>/dev/null ||
		sed -n 's|^\([0-9a-f]*\) refs/heads/main$|\1|p' \
			"/proc/$GIT_SERVER_PID/root/srv/$_forge_user/org/$1.git/packed-refs"
}

forge_submodule()
{
	# shellcheck disable=SC2016
	_forge_run '
		export HOME=/tmp GIT_CONFIG_GLOBAL=/tmp/gitconfig
		git config --global safe.directory "*"
		work=$(mktemp -d) name=$(basename "$2" .git)
		git clone -q "/srv/$0/org/$1.git" "$work"
		cd "$work"
		printf "[submodule \"%s\"]\n\tpath = %s\n\turl = %s\n" "$name" "$name" "$2" >>.gitmodules
		git add .gitmodules
		git update-index --add --cacheinfo \
			"160000,$(git -C "/srv/$0/org/$name.git" rev-parse main),$name"
		git -c user.name=test -c user.email=test@localhost commit -q -m submodule
		git push -q origin main
		cd / && rm -r "$work"
		chown -R "$0:" "/srv/$0/org"
	' "$@"
}

forge_key()
{
	forge_user "$1" "command=\"/usr/local/bin/forge $2\",restrict "
}

forge_user()
{
	ssh-keygen -q -t ed25519 -N '' -C "$1" -f "$1"
	printf '%s%s\n' "${2:-}" "$(cat "$1.pub")" \
		>>"/proc/$GIT_SERVER_PID/root/etc/ssh/${_forge_user}_keys"
}

# The container has to be told NAME's address.
forge_port()
{
	# shellcheck disable=SC2016
	_forge_run '
		ssh-keygen -q -t ed25519 -N "" -C "" -f "/etc/ssh/$0-$1"
		sed "s|^HostKey .*|HostKey /etc/ssh/$0-$1\nPort $1\nPidFile none|" /etc/ssh/git_server_config \
			>"/etc/ssh/$0-$1.config"
		/usr/sbin/sshd -f "/etc/ssh/$0-$1.config"
	' "$1"
	printf '[%s]:%s %s\n' "$2" "$1" \
		"$(cat "/proc/$GIT_SERVER_PID/root/etc/ssh/$_forge_user-$1.pub")" >>known_hosts
}
