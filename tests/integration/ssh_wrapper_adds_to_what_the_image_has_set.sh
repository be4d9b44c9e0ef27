#!/usr/bin/env bash
#
# Files with host keys that configuration or options name count as before, and ours beside them.
set -euo pipefail
. "$(dirname "$0")/../support/fake_ssh.sh"
fake_ssh_begin
fake --line 'known-host example.org ssh-ed25519 AAAA'

expect_files()
{
	local files=$1

	shift
	shim_status -- ssh "$@" example.org
	expect_status 42
	[[ $(word_of ssh 1) == "-oGlobalKnownHostsFile=$files"/*/ssh-shim.*/known_hosts ]] ||
		fail "for $*: $(word_of ssh 1)"
	expect_called ssh "-oGlobalKnownHostsFile=$files/*" "$@" example.org
}

readonly USUAL='/etc/ssh/ssh_known_hosts /etc/ssh/ssh_known_hosts2 '

printf '%s\n' 'Host *.org' 'GlobalKnownHostsFile /a /b' >a.config
printf '%s\n' 'Host *.com' 'GlobalKnownHostsFile /a /b' >b.config
printf '%s\n' "Include $PWD/a.config" >c.config
printf '%s\n' 'GlobalKnownHostsFile none' >none.config
printf '%s\n' 'UserKnownHostsFile /mine' 'StrictHostKeyChecking yes' >user.config

expect_files '/a /b ' -F a.config
expect_files "$USUAL" -F b.config
expect_files '/a /b ' -F c.config
expect_files '' -F none.config
expect_files "$USUAL" -F user.config
expect_files "$USUAL" -o UserKnownHostsFile=/dev/null -o StrictHostKeyChecking=no
expect_files '/c ' -o GlobalKnownHostsFile=/c
expect_files '/c ' -F a.config -oGlobalKnownHostsFile=/c

# A configuration that ssh does not take is for ssh to refuse.
echo 'GlobalKnownHostsFile' >broken.config
expect_files "$USUAL" -F broken.config
