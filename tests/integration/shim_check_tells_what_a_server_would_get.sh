#!/usr/bin/env bash
#
# --check TARGET: the id and keys that the shim's ssh would offer there, as configuration has it, and where
# the host key is known from; status 1 if it is not known, revoked, or nobody has a key.
set -euo pipefail
. "$(dirname "$0")/../support/shim.sh"
shim_begin

key='ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f'
other='ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIB8eHRwbGhkYFxYVFBMSERAPDg0MCwoJCAcGBQQDAgEA'
ssh-keygen -q -t ed25519 -N '' -C library-key -f library.pem
printf '%s\n' "git.test $key" "[git.test]:2222 $key" "@cert-authority *.ca.test $key" \
	"bad.test $key" "@revoked bad.test $key" "half.test $key" "half.test $other" "@revoked half.test $other" \
	>hosts
ssh-keygen -q -H -f hosts 2>/dev/null
printf '[id library]\nkey = ./library.pem\nrepo = git.test/org/library\n' >config

real --known-hosts hosts --config config
fingerprint=$(ssh-keygen -lf a.pem | cut -d ' ' -f 2)
library=$(ssh-keygen -lf library.pem | cut -d ' ' -f 2)

# TARGET STATUS
check()
{
	shim_status --check --id projecta "$1"
	expect_status "$2"
}

for target in git@git.test:org/library.git ssh://git@git.test/org/library git+ssh://git@git.test/~/org/library.git \
	GIT.test:org/library; do
	check "$target" 0
	grep -qxF "for $target: git.test port 22" out.log || fail "$target is not git.test"
	expect_line out.log '^  id: library, by the repository$'
	# Once in the list of ids, once for the target.
	[ "$(grep -c "^  key: $library ssh-ed25519 256 library-key$" out.log)" -eq 2 ] || fail "the key is missing for $target"
	expect_line out.log '^  host key: SHA256:[^ ]*, of the daemon$'
done
for target in git@git.test:org/other.git git.test ssh://git@git.test:2222/org/other; do
	check "$target" 0
	expect_line out.log "^  id: projecta, the step's own$"
	[ "$(grep -c "^  key: $fingerprint ssh-ed25519 256 the-key$" out.log)" -eq 2 ] || fail "the key is missing for $target"
done
expect_line out.log ': git\.test port 2222$'

# A route that is not used, and with it the daemon's host keys.
shim_status --check --id projecta --no-ssh-wrapper git@git.test:org/library.git
expect_status 1
expect_line out.log "^  id: projecta, the step's own$"
expect_line error.log 'no host key of git\.test is known'

check git@x.ca.test:a 0
expect_line out.log '^  host key: SHA256:[^ ]* \(authority\), of the daemon$'
check half.test 0
expect_line out.log '^  host key: SHA256:[^ ]* \(revoked\), of the daemon$'
check bad.test 1
expect_line error.log 'no host key of bad\.test is known'
check git@git.test.elsewhere:a 1
check ssh://git@git.test:2223/a 1
expect_line error.log 'no host key of \[git\.test\]:2223 is known'
for target in https://git.test/a ssh:// '' :a git@:a; do
	check "$target" 1
	expect_line error.log 'give HOST'
done

# Without an ssh, as the image has it.
mkdir empty
STATUS=0
PATH=$PWD/empty "$SHIM" --connect "$CONNECT" --check --id projecta git.test >out.log 2>error.log || STATUS=$?
expect_status 1
expect_line error.log 'no ssh on this image'

# Nobody has said which of two ids it is.
shim_status --check git.test
expect_status 1
expect_line error.log 'no id serves git\.test: give one with --id'
shim_status --check git@git.test:org/library.git
expect_status 0
daemon_stop
shim_status --check git.test
expect_status 2

# What the shim could not use: an id with no key, and one that is unavailable.
fake --line "known-host git.test $key" --line 'id gone keys unavailable no'
shim_status --check git.test
expect_status 1
expect_line error.log 'id default has no key'
fake_kill
