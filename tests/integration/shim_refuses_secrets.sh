#!/usr/bin/env bash
#
# What cannot be done with a secret ends the shim with 125 and a reason before the command runs, and
# nothing is changed.
# shellcheck disable=SC2016 # the command expands them
set -euo pipefail
. "$(dirname "$0")/../support/shim.sh"
shim_begin

echo secret >file
printf 'a\0b' >nul
head -c 200000 /dev/zero | tr '\0' x >long
mkdir -p tree/sub outside place/taken
ln -s ../../outside tree/sub/out
ln -s sub/../file tree/roundabout
real --secret id=file,src=file --secret id=nul,src=nul --secret id=long,src=long \
	--secret id=tree,src=tree --secret id=gone,src=long --limit secret-bytes=300000
rm -f gone
echo mine >place/mine
touch -d @1000000000 place/taken place

# refused REASON ARG...
refused()
{
	local reason=$1

	shift
	shim_status "$@" -- touch ran
	expect_status 125
	expect_line error.log "^ssh-shim: .*$reason"
	[ ! -e ran ] || fail 'the command ran'
	[ "$(find place | sort)" = $'place\nplace/mine\nplace/taken' ] || fail 'something was made'
	[ "$(stat -c %Y place)" = 1000000000 ] || fail 'a time was changed'
}

refused 'there is something already' --secret file,target=place/mine
[ "$(cat place/mine)" = mine ] || fail 'a file was replaced'
refused 'there is something already' --secret file,target=place/taken
refused 'there is something already' --secret file,target=place/new/x --secret file,target=place/mine
refused 'Not a directory' --secret file,target=place/mine/x
refused '"other" is not offered here; offered: file, nul, long, tree, gone .required=false' --secret other
refused 'has a NUL byte' --secret nul,env=NUL
refused 'too large for the variable LONG' --secret long,env=LONG
refused 'is a directory, which no variable can hold' --secret tree,env=TREE
refused '"tree" is a directory that cannot be unpacked here' --secret tree,target=place/t
refused 'mode=999: give octal digits' --secret file,mode=999
refused 'names no file' --secret file,target=place/
rm tree/sub/out tree/roundabout
truncate -s 300001 long
refused '"long" was refused: .*larger than the 300000 bytes' --secret long,target=place/x

# One that need not be there.
shim_status --secret other,required=false --secret file,target=place/x -- cat place/x
expect_status 0
expect_line out.log '^secret$'

# HOME, where there is none.
(unset HOME; shim_status --secret 'file,target=~/x' -- true; echo "$STATUS") >status.log
[ "$(cat status.log)" = 125 ] || fail 'no HOME, and no error'
expect_line error.log 'HOME is not set'

# A second shim with the same target, while the first is at work.
mkfifo hold
exec {hold}<>hold
shim_spawn --secret file,target=place/shared -- sh -c 'touch begun; read -r line' <&"$hold" &
first=$!
until [ -e begun ]; do sleep 0.02; done
shim_status --secret file,target=place/shared -- true
expect_status 125
expect_line error.log 'there is something already'
[ "$(cat place/shared)" = secret ] || fail 'the first has lost its secret'
echo >&"$hold"
wait "$first" || fail 'the first failed'
[ ! -L place/shared ] || fail 'the link is still there'

# Tokens keep to what they name; one for secrets alone needs no id, and gives no agent.
everything=$SSH_SHIM_TOKEN
SSH_SHIM_TOKEN=$(token_mint --id projecta)
shim_status --secret file -- true
expect_status 125
expect_line error.log '"file" is not offered here; none is'
SSH_SHIM_TOKEN=$(token_mint --secret file)
shim_status --secret file,target=place/x -- sh -c 'cat place/x; echo "agent: ${SSH_AUTH_SOCK-none}"'
expect_status 0
expect_line out.log '^secret$'
expect_line out.log '^agent: none$'
SSH_SHIM_TOKEN=$everything

# A mounted socket has none.
STATUS=0
"$SHIM" --connect "unix:$DAEMON_RUNTIME_DIR/ssh-forward-agentd/ids/projecta.sock" --secret file -- true \
	2>error.log || STATUS=$?
expect_status 125
expect_line error.log 'secrets come over TCP'
daemon_stop
