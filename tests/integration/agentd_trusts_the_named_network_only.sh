#!/usr/bin/env bash
#
# --trust-network: who comes over the named interface, from its own network, needs no token. The host
# itself, a guest with an address of another network, and a guest of another interface are not trusted.
set -euo pipefail
. "$(dirname "$0")/../support/agentd.sh"
. "$(dirname "$0")/../support/netns.sh"
agentd_begin

netns_begin
host='' guest='' other=''

engine_spawn()
{
	exec nsenter --net="/proc/$host/ns/net" -- "$@"
}

# ask WHERE FROM: what a peer without a token gets at the daemon
ask()
{
	SSH_PEER_TO=172.31.5.1 SSH_PEER_FROM=$2 within "$1" "$SSH_PEER" 2522 - ask a 2>&1 || true
}

network host
network guest
network other
wire "$host" "$guest" build0 172.31.5
wire "$host" "$other" other0 172.31.6
within "$guest" ip addr add 10.99.0.1/32 dev eth0
within "$host" ip route add 10.99.0.1/32 dev build0

key_make a.pem
mkdir d
daemon_start "$PWD/d" --key a=./a.pem --listen build0 --trust-network
daemon_await_log 'listening on 172.31.5.1:2522 interface=build0; everybody on that network is let in'

[ "$(ask "$guest" 172.31.5.2)" = '1 12' ] || fail "a guest is kept out: $(ask "$guest" 172.31.5.2)"
[[ $(ask "$guest" 10.99.0.1) == 'not let in: '* ]] || fail 'an address of another network is trusted'
[[ $(ask "$other" 172.31.6.2) == 'not let in: '* ]] || fail 'another interface is trusted'
[[ $(ask "$host" 172.31.5.1) == 'not let in: '* ]] || fail 'the host itself is trusted'

export SSH_PEER_TO=172.31.5.1 SSH_PEER_FROM=10.99.0.1
[ "$(within "$guest" "$SSH_PEER" 2522 "$SSH_SHIM_TOKEN" ask a)" = '1 12' ] || fail 'no token helps'
unset SSH_SHIM_TOKEN
within "$guest" "$SHIM" --connect auto -- ssh-add -l >out.log || fail 'the shim is not trusted'
expect_line out.log ED25519
daemon_stop
