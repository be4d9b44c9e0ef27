#!/usr/bin/env bash
#
# --discoverable answers queries for this daemon, or for any, on the broadcast address, with as many bytes as
# were asked with; nothing else, and nobody more than a few times a second.
set -euo pipefail
. "$(dirname "$0")/../support/agentd.sh"
agentd_begin

[ "$(id -u)" = 0 ] || skip 'only root may make networks'
need_program ip nsenter unshare

unshare --net sh -c 'ip link set lo up; ip link add br-sfa type bridge; ip addr add 172.20.0.1/24 brd + dev br-sfa
	ip link set br-sfa up; exec sleep infinity' &
host=$!
until [ "$(cat "/proc/$host/comm")" = sleep ]; do
	sleep 0.02
done

engine_spawn()
{
	exec nsenter --net="/proc/$host/ns/net" -- "$@"
}

key_make a.pem
mkdir d e
daemon_start "$PWD/d" --key a=./a.pem --listen br-sfa:4000 --discoverable
daemon_await_log 'answering broadcasts on interface=br-sfa'
nsenter --net="/proc/$host/ns/net" -- /usr/bin/python3 - "$SSH_SHIM_TOKEN" >out.log <<'END'
import base64, socket, sys

text = sys.argv[1][5:]
raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
own = raw[15:47]  # behind version, port, expiry and signatures
udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
udp.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
udp.settimeout(0.3)


def ask(data, to="172.20.0.255"):
    udp.sendto(data, (to, 2522))
    try:
        return udp.recvfrom(2048)
    except (TimeoutError, ConnectionRefusedError):
        return None


def query(wanted, kind=1, version=1):
    return b"sfad" + bytes([version, kind, 0, 0]) + b"N" * 16 + wanted


for wanted in (own, bytes(32)):
    answer, peer = ask(query(wanted))
    print(answer == b"sfad\1\2" + (4000).to_bytes(2, "big") + b"N" * 16 + own, peer[0])
unanswered = [query(b"\1" * 32), query(own)[:-1], query(own) + b"x", query(own, kind=2), query(own, version=2),
              b"", b"x" * 56, b"\0" * 1400]
print(sum(ask(data) is not None for data in unanswered))
print(ask(query(own), "172.20.0.1"))
for _ in range(200):
    udp.sendto(query(own), ("172.20.0.255", 2522))
count = 0
try:
    while True:
        udp.recv(2048)
        count += 1
except TimeoutError:
    print("flood", 1 <= count <= 20)
END
expect_output $'True 172.20.0.1\nTrue 172.20.0.1\n0\nNone\nflood True'
daemon_stop

! XDG_RUNTIME_DIR=$PWD/e "$SFA_AGENTD" --key a=./a.pem --listen 127.0.0.1:0 --discoverable 2>error.log ||
	fail 'it starts where it can be found by nobody'
expect_line error.log 'discoverable: no network that takes broadcasts'
