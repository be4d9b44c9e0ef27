#!/usr/bin/env bash
#
# For a repository that an id names, ssh gets that id's socket and no other key's; the longest pattern
# wins; aliases, ports and the spellings of a path make no difference. For all else ssh is as it was.
set -euo pipefail
. "$(dirname "$0")/../support/fake_ssh.sh"
fake_ssh_begin
fake --ids default,org,lib,port --line 'repo org github.com/org' --line 'repo lib github.com/org/lib.git' \
	--line 'repo port git.example.org:2222' --line 'repo default github.com/mine/**' \
	--line 'repo gone github.com/gone'

expect_id()
{
	local socket=$1

	shift
	shim_status -- ssh "$@"
	expect_status 42
	expect_line ssh.agent '/ssh-shim\.[^/]*/agent\.sock$' # a jump host's ssh is to have this one
	if [ -z "$socket" ]; then
		expect_called ssh "$@"
		return
	fi
	[[ $(word_of ssh 1) == *"/$socket"'"' ]] || fail "for $*: $(word_of ssh 1)"
	expect_called ssh '-oIdentityAgent="/*' -oIdentitiesOnly=no -oControlPath=none "$@"
}

expect_id ids/org.sock git@github.com "git-upload-pack 'org/repo.git'"
expect_id ids/lib.sock git@github.com "git-upload-pack 'org/lib.git'"
expect_id ids/lib.sock -p 22 git@GitHub.com "git-receive-pack '/org/lib'"
expect_id ids/lib.sock git@github.com git-upload-archive "'~/Org/Lib.git'"
expect_id ids/lib.sock git@github.com 'git-lfs-authenticate org/lib.git download'
expect_id ids/lib.sock ssh://git@github.com:443 "git upload-pack 'org/lib'"
expect_id agent.sock git@github.com "git-upload-pack 'mine/a/b'"
expect_id ids/port.sock -p 2222 git@git.example.org "git-upload-pack 'x'"

expect_id '' -p 22 git@git.example.org "git-upload-pack 'x'"
expect_id '' git@github.com "git-upload-pack 'other/repo'"
expect_id '' git@github.com "git-upload-pack 'organisation/lib'"
expect_id '' git@github.com "git-upload-pack 'gone/x'"
expect_id '' git@github.com 'echo org/lib'
expect_id '' git@github.com
expect_id '' -oIdentityAgent=none git@github.com "git-upload-pack 'org/lib'"
expect_line error.log '^ssh-shim: warning: repository github.com/gone: its id gone is unavailable'

printf '%s\n' 'Host work' 'HostName github.com' 'Host ported' 'HostName git.example.org' 'Port 2222' >config
expect_id ids/lib.sock -F config git@work "git-upload-pack 'org/lib'"
expect_id ids/port.sock -F config git@ported "git-upload-pack 'x'"
expect_id '' git@work "git-upload-pack 'org/lib'"

# Each socket leads to its id.
# shellcheck disable=SC2016
shim_status -- sh -c 'for id in org lib port; do
	SSH_AUTH_SOCK=${SSH_AUTH_SOCK%/*}/ids/$id.sock "$0" || exit; done' "$AGENT_CLIENT"
expect_status 0

# -v is how to see it.
shim_status -- ssh -v git@github.com "git-upload-pack 'org/lib'"
expect_line error.log '^ssh-shim: repository org/lib on github\.com: keys of /.*/ids/lib\.sock$'
