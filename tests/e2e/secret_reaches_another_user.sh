#!/usr/bin/env bash
#
# A secret for uid 1000 is read by that user, to whom a root step hands over, and by no other; in a container
# with a read-only root, too, where it has a place in a tmpfs; else the shim says where to put it.
set -euo pipefail
. "$(dirname "$0")/../support/e2e.sh"
e2e_begin

echo 'only for the build' >file
daemon --secret id=file,src=file --listen "$ENGINE_BRIDGE:0"
SSH_SHIM_TOKEN=$(token_mint --secret file)
export SSH_SHIM_TOKEN

# as UID: a command of that user's, which reads the secret
as()
{
	printf 'setpriv --reuid=%s --regid=%s --clear-groups cat /run/secrets/file' "$1" "$1"
}

container --env SSH_SHIM_TOKEN sfa-e2e ssh-shim --secret file,uid=1000,gid=1000 -- \
	sh -c "$(as 1000)" >out.log
expect_equal "$(cat out.log)" 'only for the build' 'what the user reads'
! container --env SSH_SHIM_TOKEN sfa-e2e ssh-shim --secret file,uid=1000,gid=1000 -- \
	sh -c "$(as 1001)" >out.log 2>&1 || fail 'another user reads it'
expect_words out.log 'permission denied'

# Without root it is the step's user's.
container --user 1000:1000 --tmpfs /mine:mode=1777 --env SSH_SHIM_TOKEN sfa-e2e \
	ssh-shim --secret file,target=/mine/a/file -- cat /mine/a/file >out.log
expect_equal "$(cat out.log)" 'only for the build' 'what the user reads'
! container --user 1000:1000 --env SSH_SHIM_TOKEN sfa-e2e \
	ssh-shim --secret file,target=/tmp/file,uid=0 -- true 2>error.log || fail 'given to root'
expect_words error.log 'only root may do that'

! container --read-only --env SSH_SHIM_TOKEN sfa-e2e ssh-shim --secret file -- true 2>error.log ||
	fail 'there is no place for it'
expect_words error.log '/run/secrets/file' 'read-only' 'target='
container --read-only --tmpfs /run --env SSH_SHIM_TOKEN sfa-e2e \
	ssh-shim --secret file -- cat /run/secrets/file >out.log
expect_equal "$(cat out.log)" 'only for the build' 'what a read-only container reads'

# No tmpfs at all (root would have /dev): refused, unless told.
none=(--user 1000:1000 --ipc none --env SSH_SHIM_TOKEN sfa-e2e ssh-shim --secret 'file,target=/tmp/file')
! container "${none[@]}" -- true 2>error.log || fail 'it is written to disk'
expect_words error.log 'there is no tmpfs for secrets' '--secrets-on-disk'
container "${none[@]}" --secrets-on-disk -- cat /tmp/file >out.log 2>error.log
expect_equal "$(cat out.log)" 'only for the build' 'what is on disk'
daemon_stop
