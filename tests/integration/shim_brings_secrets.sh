#!/usr/bin/env bash
#
# A secret is where the command looks for it, while the command runs, with the mode asked for; as a file,
# a directory or a variable; of any bytes; and gone afterwards, the directories made for it, too, the time
# of the one that was there restored.
# shellcheck disable=SC2016 # the command expands them
set -euo pipefail
. "$(dirname "$0")/../support/shim.sh"
shim_begin

: >empty
head -c 100000 /dev/urandom >binary
head -c 64M /dev/zero >large
mkdir -p tree/sub
cp binary tree/sub
printf '#!/bin/sh\n' >tree/tool
chmod 755 tree/tool
ln -s sub/binary tree/link
export PLAIN_SECRET='of the environment'
real --secret id=empty,src=empty --secret id=binary,src=binary --secret id=large,src=large \
	--secret id=tree,src=tree --secret id=plain,env=PLAIN_SECRET
unset PLAIN_SECRET

mkdir home place
touch -d @1000000000 home place
export HOME=$PWD/home

shim_status --secret "binary,target=$PWD/place/a/b/binary" --secret 'empty,target=~/.empty' \
	--secret "tree,target=place/tree" --secret "large,target=$PWD/place/large" \
	--secret plain,env=FROM_HOST --secret "plain,target=place/both,env=BOTH,mode=0640" -- sh -ec '
	test -L place/a/b/binary
	cmp place/a/b/binary binary
	test "$(stat -Lc %a place/a/b/binary)" = 400
	test -f ~/.empty -a ! -s ~/.empty
	cmp place/large large
	diff -r --no-dereference place/tree/. tree
	test "$(stat -c %a place/tree/sub)" = 500
	test "$(stat -c %a place/tree/tool)" = 500
	test "$(stat -c %a place/tree/sub/binary)" = 400
	test "$FROM_HOST/$BOTH/$(cat place/both)" = "of the environment/of the environment/of the environment"
	test "$(stat -Lc %a place/both)" = 640
	case $(readlink place/both) in /dev/shm/*) ;; *) exit 1 ;; esac
	! env | grep SSH_SHIM_TOKEN >/dev/null
	readlink place/both
	tr "\0" "\n" </proc/$PPID/environ 2>/dev/null | grep -c "of the env" || true
'
expect_status 0
content=$(head -n 1 out.log)
[ "$(tail -n 1 out.log)" = 0 ] || fail 'a secret is in the environment of the shim'
[ ! -e "$content" ] || fail 'the content is still there'
[ -z "$(find place home -mindepth 1)" ] || fail "left behind: $(find place home -mindepth 1)"
for dir in place home; do
	[ "$(stat -c %Y $dir)" = 1000000000 ] || fail "the time of $dir is another"
done

# Streamed to its place: what it costs the shim is no second copy. (Freed memory is the sanitizer's to keep.)
peak_kib()
{
	ASAN_OPTIONS=quarantine_size_mb=1 shim --secret "$1,target=$PWD/place/file" -- \
		sh -c 'sed -n "s/^VmHWM:[^0-9]*\([0-9]*\).*/\1/p" /proc/$PPID/status'
}
small=$(peak_kib empty)
large=$(peak_kib large)
[ $((large - small)) -lt 16384 ] || fail "64 MiB cost the shim $((large - small)) KiB"

# More than are fetched at once, and more than the daemon sends at once over one link.
many=()
for n in {1..30}; do
	many+=(--secret "binary,target=place/many/$n" --secret "empty,target=place/few/$n")
done
shim_status "${many[@]}" -- sh -ec 'for file in place/many/*; do cmp "$file" binary; done; ls place/many place/few | grep -c "^[0-9]"'
expect_status 0
expect_line out.log '^60$'

shim_status --check
expect_status 0
expect_line out.log '^secret: binary, 100000 bytes$'
expect_line out.log '^secret: tree, a directory$'

# After a failure, a signal, and a command that is not there.
for command in 'exit 3' 'kill -TERM $$' 'kill -TERM $PPID; sleep 20'; do
	shim_status --secret "binary,target=$PWD/place/new/b" -- sh -c "$command"
	case $STATUS in 3 | 143) ;; *) fail "status $STATUS" ;; esac
	[ -z "$(find place -mindepth 1)" ] || fail "left behind by: $command"
done
shim_status --secret "binary,target=$PWD/place/new/b" -- ./no-such-command
expect_status 127
[ -z "$(find place -mindepth 1)" ] || fail 'left behind where there is no command'
[ "$(stat -c %Y place)" = 1000000000 ] || fail 'the time is another'

# What the command makes beside it stays, and its time with it.
shim_status --secret "binary,target=$PWD/place/new/b" -- sh -c 'touch place/new/mine'
expect_status 0
[ "$(find place -mindepth 1 | sort)" = $'place/new\nplace/new/mine' ] || fail 'the files are others'
daemon_stop
