#!/usr/bin/env bash
#
# In an image with dropbear's client in the place of ssh, git clones with the key of the repository, and
# a line says what dropbear cannot do.
set -euo pipefail
. "$(dirname "$0")/../support/e2e.sh"
. "$(dirname "$0")/../support/forge.sh"
e2e_begin
forge_begin

forge_repository one two
for name in one two; do
	forge_key "$name.pem" "$name"
	printf '[id %s]\nkey = ./%s.pem\nrepo = %s/org/%s\n' "$name" "$name" "$GIT_SERVER_ADDRESS" "$name"
done >config
daemon --config "$PWD/config" --known-hosts "$PWD/known_hosts" --listen "$ENGINE_BRIDGE:0"
container --env SSH_SHIM_TOKEN --env 'GIT_SSH_COMMAND=ssh -y' sfa-e2e sh -c "
	rm /usr/bin/ssh && exec ssh-shim --id one -- sh -c '
		git clone -q $FORGE:org/one.git && git clone -q $FORGE:org/two.git && cat one/SECRET two/SECRET'" \
	>out.log 2>clone.log || fail 'could not clone'
expect_equal "$(cat out.log)" $'secret of one\nsecret of two' 'the repositories'
expect_words clone.log "dbclient is dropbear's, which knows no hosts but those in ~/.ssh/known_hosts"
daemon_stop
