#!/usr/bin/env bash
#
# allow-sshsig = git signs commits, which git verifies, and no file; with Ed25519, ECDSA and RSA, of an
# agent and of key files.
set -euo pipefail
. "$(dirname "$0")/../support/gate.sh"
gate_begin
need_program git

for kind in ed25519 ecdsa rsa; do
	key_make "$kind" -t "$kind"
done
agent_start ed25519 ecdsa rsa
cat >config <<-END
	[id agent]
	agent = $AGENT
	allow-sshsig = git
	[id files]
	key = $PWD/ed25519, $PWD/ecdsa, $PWD/rsa
	allow-sshsig = git
END
daemon --config config
echo content >message
mkdir public
cp ./*.pub public
sed 's/^/someone@example.com namespaces="git" /' public/*.pub >signers
export GIT_CONFIG_GLOBAL=$PWD/gitconfig GIT_CONFIG_NOSYSTEM=1
git config --global gpg.format ssh
git config --global gpg.ssh.allowedSignersFile "$PWD/signers"
git config --global user.name someone
git config --global user.email someone@example.com
git init -q -b main repo

for id in agent files; do
	for kind in ed25519 ecdsa rsa; do
		shim_status --id "$id" -- git -C repo -c "user.signingKey=$PWD/public/$kind.pub" \
			commit -q -S --allow-empty -m "$id $kind"
		expect_status 0
		git -C repo verify-commit HEAD 2>verify.log || fail "not verified: $(cat verify.log)"
		expect_line verify.log "Good \"git\" signature for someone@example.com"

		shim_status --id "$id" -- ssh-keygen -q -Y sign -n file -f "public/$kind.pub" message
		expect_status 255
		[ ! -e message.sig ] || fail "$id signed a file"
	done
	daemon_await_log "signed id=$id key=SHA256:[^ ]* namespace=\"git\""
	daemon_await_log "refused kind=sshsig id=$id .*allow-sshsig\): namespace \"file\""
done
daemon_stop
