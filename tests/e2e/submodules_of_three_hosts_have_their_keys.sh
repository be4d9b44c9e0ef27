#!/usr/bin/env bash
#
# git clone --recurse-submodules over three hosts, with a host key, a port and a deploy key for each.
set -euo pipefail
. "$(dirname "$0")/../support/e2e.sh"
. "$(dirname "$0")/../support/forge.sh"
e2e_begin
forge_begin

user=${FORGE%@*}
port=$((20000 + $$ % 10000))
forge_port $port b.example
forge_port $((port + 1)) c.example
forge_repository top middle leaf
forge_submodule middle "ssh://$user@c.example:$((port + 1))/~/org/leaf.git"
forge_submodule top "ssh://$user@b.example:$port/~/org/middle.git"
for name in top middle leaf; do
	forge_key "$name.pem" "$name"
done
cat >config <<END
[id top]
key = ./top.pem
repo = $GIT_SERVER_ADDRESS
[id middle]
key = ./middle.pem
repo = b.example:$port
[id leaf]
key = ./leaf.pem
repo = c.example/org/*
END

daemon --config "$PWD/config" --known-hosts "$PWD/known_hosts" --listen "$ENGINE_BRIDGE:0"
container --env SSH_SHIM_TOKEN --env GIT_ALLOW_PROTOCOL=ssh \
	--add-host "b.example:$GIT_SERVER_ADDRESS" --add-host "c.example:$GIT_SERVER_ADDRESS" \
	sfa-e2e ssh-shim --id top -- sh -c "git clone -q --recurse-submodules $FORGE:org/top.git &&
		cat top/SECRET top/middle/SECRET top/middle/leaf/SECRET" >out.log 2>clone.log ||
	fail 'could not clone'
expect_equal "$(cat out.log)" $'secret of top\nsecret of middle\nsecret of leaf' 'the repositories'
for name in top middle leaf; do
	daemon_await_log "signed id=$name "
done
daemon_stop
