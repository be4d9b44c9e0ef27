#!/usr/bin/env bash
#
# scp and sftp, which run /usr/bin/ssh whatever the PATH says, are told to run ours. A shim within a
# shim finds the image's ssh all the same.
set -euo pipefail
. "$(dirname "$0")/../support/fake_ssh.sh"
fake_ssh_begin
need_program scp sftp
fake --line 'known-host example.org ssh-ed25519 AAAA'

for program in 'scp a' 'sftp -b a'; do
	echo >a
	# shellcheck disable=SC2086
	shim_status -- $program example.org:b
	[ "$STATUS" -ne 0 ] || fail "the fake ssh satisfied $program"
	[[ $(word_of ssh 1) == -oGlobalKnownHostsFile=*/known_hosts ]] || fail "$program ran another ssh"
	rm ssh.argv
done

fake_program other
shim_status -- scp -S image/other a example.org:b
expect_not_called ssh
[ -e other.argv ] || fail "the user's -S did not count"

shim_status -- "$SHIM" --connect "$CONNECT" -- ssh example.org || true
expect_status 125 # the outer shim keeps its token from it
# shellcheck disable=SC2016
TOKEN=$SSH_SHIM_TOKEN shim_status -- sh -c \
	'SSH_SHIM_TOKEN=$TOKEN "$0" --connect "$1" -- ssh example.org' "$SHIM" "$CONNECT"
expect_status 42
expect_called ssh '-oGlobalKnownHostsFile=*' example.org
