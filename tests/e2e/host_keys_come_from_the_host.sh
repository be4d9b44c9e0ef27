#!/usr/bin/env bash
#
# A RUN step in an image that knows no host clones with StrictHostKeyChecking=yes, by the host keys of
# the daemon; from a server with another key than the daemon knows it clones nothing.
set -euo pipefail
. "$(dirname "$0")/../support/e2e.sh"
e2e_begin

key_make a.pem
dockerfile 'RUN rm -rf /root/.ssh /etc/ssh/ssh_known_hosts' 'ARG SSH_SHIM_TOKEN' \
	"RUN ssh-shim -- git -c core.sshCommand='ssh -o StrictHostKeyChecking=yes' clone $REPO"

ssh-keygen -q -H -f "$GIT_SERVER_KNOWN_HOSTS" -F "$GIT_SERVER_ADDRESS" | grep -v '^#' >known_hosts
expect_words known_hosts '|1|'
daemon --key projecta=./a.pem --known-hosts "$PWD/known_hosts" --listen "$ENGINE_BRIDGE:0"
build --build-arg SSH_SHIM_TOKEN
expect_secret
daemon_stop

ssh-keygen -q -t ed25519 -N '' -f other
printf '%s %s\n' "$GIT_SERVER_ADDRESS" "$(cat other.pub)" >known_hosts
daemon --key projecta=./a.pem --known-hosts "$PWD/known_hosts" --listen "$ENGINE_BRIDGE:0"
build_fails --build-arg SSH_SHIM_TOKEN
expect_words build.log 'Host key verification failed'
daemon_stop
