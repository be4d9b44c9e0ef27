#!/usr/bin/env bash
#
# A secret that does not exist, is over the cap, is gone, or is none of the token's, or whose token has
# expired: status 1 and a reason, which names no path of the host; and a line in the log.
set -euo pipefail
. "$(dirname "$0")/../support/agentd.sh"
agentd_begin

key_make a.pem
head -c 1001 /dev/zero >large
mkdir tree
head -c 1000 /dev/zero >tree/file
echo secret >gone
echo secret >good

agentd --key a=./a.pem --limit secret-bytes=1000 --secret id=large,src=large \
	--secret id=tree,src=tree --secret id=gone,src=gone --secret id=good,src=good
rm gone
everything=$SSH_SHIM_TOKEN

# A token that expires takes its secrets with it, from links that are open, too: see the end.
# A machine with much to do may need longer than the token lasts to come in at all: it gets more time, then.
mkfifo later
exec {later}<>later
for lifetime in 2 10 40; do
	expiring=$(token_mint --secret good --expires "${lifetime}s")
	expires=$((SECONDS + lifetime + 1))
	: >later.log
	"$SSH_PEER" "$PORT" "$expiring" later 'secret good' >later.log <&"$later" &
	peer=$!
	await_line later.log '^(waiting|not let in: .*)$'
	! grep -qx waiting later.log || break
done

# refused VERB REASON [VERB REASON]...
refused()
{
	local verbs=() reasons=() n

	while [ $# -gt 0 ]; do
		verbs+=("$1")
		reasons+=("$2")
		shift 2
	done
	ssh_peer exec "${verbs[@]}" >out.log
	expect_no_line out.log "$PWD"
	for n in "${!verbs[@]}"; do
		sed -n "$((2 * n + 1)),$((2 * n + 2))p" out.log >one.log
		expect_line one.log "^stderr: ssh-forward-agentd: ${reasons[n]}"
		expect_line one.log '^status: 1$'
	done
}

refused \
	'secret large' 'secret "large" is larger than the 1000 bytes .*--limit secret-bytes=N' \
	'secret tree' 'secret "tree" is larger than the 1000 bytes' \
	'secret gone' 'secret "gone" cannot be read on the host: No such file' \
	'secret other' 'secret "other" is not offered to this peer' \
	'secret' 'say secret ID' \
	'secret ../good' 'say secret ID' \
	'secret good now' 'say secret ID' \
	'secret good dir' 'secret "good" is not a directory' \
	'secret tree file' 'secret "tree" is not a file' \
	'secretgood' 'no such verb'
daemon_await_log 'refused kind=secret id=large peer=127.0.0.1.* token=run: is larger than'
shim --secret good,target="$PWD/handed-out" -- cmp good handed-out
expect_served

ssh_peer exec offer >out.log
expect_line out.log '^secret gone unavailable on the host: No such file or directory$'

# Tokens keep to what they name.
SSH_SHIM_TOKEN=$(token_mint --secret good --name only-good)
ssh_peer exec offer 'secret good' >out.log
expect_line out.log '^secret good file 7$'
expect_no_line out.log '^(secret (large|tree|gone)|id) '
expect_line out.log '^secret$'
refused 'secret tree' 'secret "tree" is not offered to this peer'
[ "$(ssh_peer ask a)" = '1 refused' ] || fail 'a token for a secret opens an id'
SSH_SHIM_TOKEN=$(token_mint --id a --name only-a)
refused 'secret good' 'secret "good" is not offered to this peer'
[ "$(ssh_peer ask a)" = '1 12' ] || fail 'its own id is refused'
SSH_SHIM_TOKEN=$everything
! token_mint --secret other 2>error.log || fail 'a token for a secret that there is not'
expect_line error.log 'the secret "other" is not offered by this daemon'

expect_line later.log '^waiting$'
until [ "$SECONDS" -ge "$expires" ]; do sleep 0.1; done
echo >&"$later"
wait "$peer"
expect_line later.log '^stderr: .*secret "good" is not handed out any more: the token has expired'
daemon_stop
