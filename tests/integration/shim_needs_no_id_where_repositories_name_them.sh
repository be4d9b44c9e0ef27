#!/usr/bin/env bash
#
# Several ids, none called default, and each for its repositories: no --id is needed. Each repository gets its
# id; all else gets no agent, is told so, and SSH_AUTH_SOCK stays what it was.
set -euo pipefail
. "$(dirname "$0")/../support/fake_ssh.sh"
fake_ssh_begin
fake --ids projecta,projectb,spare --default '' --line 'repo projecta github.com/org/a' --line 'repo projectb github.com/org/b'

for project in a b; do
	shim_status -- ssh git@github.com "git-upload-pack 'org/$project.git'"
	expect_status 42
	[[ $(word_of ssh 1) == *"/ids/project$project.sock"'"' ]] || fail "org/$project: $(word_of ssh 1)"
	expect_called ssh '-oIdentityAgent="/*' -oIdentitiesOnly=no -oControlPath=none git@github.com \
		"git-upload-pack 'org/$project.git'"
	[ ! -s error.log ] || fail "it said: $(cat error.log)"
done

for asked in "git-upload-pack 'org/other.git'" 'rsync --server'; do
	shim_status -- ssh git@github.com "$asked"
	expect_called ssh git@github.com "$asked"
	expect_line error.log '^ssh-shim: warning: this step has no id of its own, .* \(--id says which\)$'
	[ -z "$(cat ssh.agent)" ] || fail "an agent for nothing: $(cat ssh.agent)"
done
SSH_AUTH_SOCK=/of/the/image shim_status -- ssh git@github.com "git-upload-pack 'org/other.git'"
expect_line ssh.agent '^/of/the/image$'

# Each socket leads to its id, also to those that no repository names.
# shellcheck disable=SC2016
shim_status -- sh -c 'dir=$(dirname "$(dirname "$(command -v ssh)")") && for id in projecta projectb spare; do
	SSH_AUTH_SOCK=$dir/ids/$id.sock "$0" || exit; done' "$AGENT_CLIENT"
expect_status 0

# With --id it is as ever; without our ssh there is nobody to choose.
shim_status --id projectb -- ssh git@github.com "git-upload-pack 'org/other.git'"
expect_line ssh.agent '/agent\.sock$'
[ ! -s error.log ] || fail "it said: $(cat error.log)"
shim_status --no-ssh-wrapper -- true
expect_status 125
expect_line error.log '^ssh-shim: several ids .*\(repo = \.\.\.\); offered: projecta, projectb, spare$'

shim_status --check
expect_status 0
expect_line out.log '^a command would get: for a repository above the keys named there, for all else no agent'
fake_kill
