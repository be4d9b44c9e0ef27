#!/usr/bin/env bash
#
# With allow-sshsig = git, a build signs a commit that git verifies, and no file.
set -euo pipefail
. "$(dirname "$0")/../support/e2e.sh"
e2e_begin

key_make a.pem
cp a.pem.pub context/key.pub
sed 's/^/someone@example.com namespaces="git" /' a.pem.pub >context/signers
cat >config <<-END
	[id default]
	key = $PWD/a.pem
	allow-sshsig = git
END
daemon --config config --listen "$ENGINE_BRIDGE:0"
dockerfile 'ARG SSH_SHIM_TOKEN' 'COPY key.pub signers /' \
	'RUN git init -q /repo && cd /repo && git config gpg.format ssh \
	&& git config user.signingKey /key.pub && git config user.name someone \
	&& git config user.email someone@example.com \
	&& ssh-shim -- git commit -q -S --allow-empty -m signed' \
	'RUN ! ssh-shim -- ssh-keygen -q -Y sign -n file -f /key.pub /etc/hostname'

build --build-arg SSH_SHIM_TOKEN

container "$IMAGE" git -C /repo -c gpg.ssh.allowedSignersFile=/signers verify-commit HEAD \
	2>verify.log || fail 'git does not verify the commit'
expect_words verify.log 'Good "git" signature for someone@example.com'
container "$IMAGE" sh -c '! ls /etc/hostname.sig' >/dev/null 2>&1 || fail 'a file was signed'
daemon_await_log 'refused kind=sshsig id=default .*namespace "file"'
daemon_stop
