#!/usr/bin/env bash
#
# With --no-ssh-wrapper, and where the daemon has nothing for ssh, the command's environment has an
# SSH_AUTH_SOCK and is else as it was. Where it stands in, what the user has set for git stays.
set -euo pipefail
. "$(dirname "$0")/../support/fake_ssh.sh"
fake_ssh_begin
unset GIT_SSH GIT_SSH_COMMAND CARGO_NET_GIT_FETCH_WITH_CLI

environment()
{
	shim "$@" -- env | grep -vE '^(SSH_AUTH_SOCK|_|__LLVM_PROFILE_RT_INIT_ONCE)=' | sort # the last: scripts/coverage
}

fake
env -u SSH_SHIM_TOKEN env | grep -v '^_=' | sort >plain
environment >unneeded
diff plain unneeded || fail 'with nothing to add, the environment is another'
fake_kill

fake --line 'known-host example.org ssh-ed25519 AAAA'
environment --no-ssh-wrapper >unwanted
diff plain unwanted || fail 'with --no-ssh-wrapper the environment is another'

environment >wanted
bin=$(sed -n 's|^PATH=\([^:]*\):.*|\1|p' wanted)
[[ $bin == */ssh-shim.*/bin ]] || fail "PATH begins with $bin"
expect_line wanted "^PATH=$bin:$PATH\$"
expect_line wanted "^GIT_SSH=$bin/ssh\$"
expect_line wanted '^CARGO_NET_GIT_FETCH_WITH_CLI=true$'

GIT_SSH_COMMAND='ssh -v' CARGO_NET_GIT_FETCH_WITH_CLI=false environment >kept
expect_line kept '^GIT_SSH_COMMAND=ssh -v$'
expect_line kept '^CARGO_NET_GIT_FETCH_WITH_CLI=false$'
expect_no_line kept '^GIT_SSH='

# core.sshCommand goes before GIT_SSH, as it would not before GIT_SSH_COMMAND.
fake_program my-ssh
shim_status -- git -c core.sshCommand=my-ssh ls-remote ssh://example.org/x
expect_called my-ssh -o SendEnv=GIT_PROTOCOL example.org "git-upload-pack '/x'"

# A shell that makes PATH anew does not lose it, for git at least.
# shellcheck disable=SC2016
shim_status -- sh -c 'PATH=$0; git ls-remote ssh://example.org/x' "$PATH"
expect_called ssh '-oGlobalKnownHostsFile=*' -o SendEnv=GIT_PROTOCOL example.org "git-upload-pack '/x'"
