#!/usr/bin/env bash
#
# A secret that does not exist, is over the cap, is gone, or is none of the token's: status 1 and a
# reason, which names no path of the host; and a line in the log.
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

# refused VERB REASON
refused()
{
	ssh_peer exec "$1" >out.log
	expect_line out.log '^status: 1$'
	expect_line out.log "^stderr: ssh-forward-agentd: $2"
	expect_no_line out.log "$PWD"
}

refused 'secret large' 'secret "large" is larger than the 1000 bytes .*--limit secret-bytes=N'
refused 'secret tree' 'secret "tree" is larger than the 1000 bytes'
refused 'secret gone' 'secret "gone" cannot be read on the host: No such file'
refused 'secret other' 'secret "other" is not offered to this peer'
refused 'secret' 'say secret ID'
refused 'secret ../good' 'say secret ID'
refused 'secret good now' 'say secret ID'
refused 'secret good dir' 'secret "good" is not a directory'
refused 'secret tree file' 'secret "tree" is not a file'
refused 'secretgood' 'no such verb'
daemon_await_log 'refused kind=secret id=large peer=127.0.0.1.* token=run: is larger than'

ssh_peer exec offer >out.log
expect_line out.log '^secret gone unavailable on the host: No such file or directory$'

# Tokens keep to what they name.
SSH_SHIM_TOKEN=$(token_mint --secret good --name only-good)
ssh_peer exec offer >out.log
expect_line out.log '^secret good file 7$'
expect_no_line out.log '^(secret (large|tree|gone)|id) '
ssh_peer exec 'secret good' >out.log
expect_output $'secret\nstatus: 0'
refused 'secret tree' 'secret "tree" is not offered to this peer'
[ "$(ssh_peer ask a)" = '1 refused' ] || fail 'a token for a secret opens an id'
SSH_SHIM_TOKEN=$(token_mint --id a --name only-a)
refused 'secret good' 'secret "good" is not offered to this peer'
[ "$(ssh_peer ask a)" = '1 12' ] || fail 'its own id is refused'
! token_mint --secret other 2>error.log || fail 'a token for a secret that there is not'
expect_line error.log 'the secret "other" is not offered by this daemon'
daemon_stop
