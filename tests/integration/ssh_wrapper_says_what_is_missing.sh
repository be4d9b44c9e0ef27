#!/usr/bin/env bash
#
# No ssh in the image, or dropbear's: a line says so, and what can work still works.
set -euo pipefail
. "$(dirname "$0")/../support/fake_ssh.sh"
fake_ssh_begin
fake --ids default,lib --line 'repo lib github.com/lib' --line 'known-host github.com ssh-ed25519 AAAA'

mkdir tools
ln -s "$(command -v sh)" tools/sh
PATH=$PWD/tools shim_status -- sh -c 'ssh github.com; echo $?; scp a b:c; echo $?'
expect_line error.log "^ssh-shim: there is no ssh on this image's PATH: install openssh-client"
expect_line error.log "^ssh-shim: there is no scp on this image's PATH: install openssh-client"
[ "$(cat out.log)" = $'127\n127' ] || fail "statuses: $(cat out.log)"

# As ssh, under its own name; and where there is a dbclient alone.
fake_program dropbearmulti
mkdir alpine debian
mv image/dropbearmulti alpine/
ln -s dropbearmulti alpine/ssh
ln -s ../alpine/dropbearmulti debian/dbclient
for dir in alpine debian; do
	PATH=$PWD/$dir:$PWD/tools shim_status -- sh -c "ssh -y git@github.com \"git-upload-pack 'lib'\""
	expect_status 42
	expect_line dropbearmulti.agent '/ids/lib\.sock$'
	expect_called dropbearmulti -y git@github.com "git-upload-pack 'lib'"
	expect_line error.log "^ssh-shim: warning: $PWD/$dir/(ssh|dbclient) is dropbear's, which knows no hosts"
done

# What cannot be run says so, as it would without us.
printf '#!/no/such/interpreter\n' >image/ssh
PATH=$PWD/image:$PWD/tools shim_status -- sh -c 'ssh github.com'
expect_status 127
expect_line error.log "^ssh-shim: $PWD/image/ssh: cannot be executed: No such file"
