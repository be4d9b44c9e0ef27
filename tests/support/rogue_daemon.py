#!/usr/bin/python3
"""A liar: answers every broadcast at once, and is an SSH server that takes any password.

usage: rogue_daemon.py ADDRESS BROADCAST

Prints a line when it is ready, when it has answered, for each connection, and for whatever a peer shows it.
"""
import asyncio
import socket
import sys

import asyncssh


def say(*words):
    print(*words, flush=True)


class Liar(asyncssh.SSHServer):
    def connection_made(self, conn):
        say("connected")

    def begin_auth(self, username):
        say("login begun")
        return True

    def password_auth_supported(self):
        return True

    def validate_password(self, username, password):
        say("password", password)
        return True

    def connection_requested(self, *destination):
        say("agent connection", *destination)
        return False


class Answers(asyncio.DatagramProtocol):
    def __init__(self, out, port):
        self.out, self.port = out, port

    def datagram_received(self, data, addr):
        if len(data) == 56 and data[5] == 1:
            answer = data[:5] + b"\2" + self.port.to_bytes(2, "big") + data[8:]
            self.out.sendto(answer, addr)
            say("answered")


async def main(address, broadcast):
    key = asyncssh.generate_private_key("ssh-ed25519")
    server = await asyncssh.create_server(Liar, address, 0, server_host_keys=[key])
    port = server.sockets[0].getsockname()[1]
    out = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    out.bind((address, 0))
    heard = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    heard.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    heard.bind((broadcast, 2522))
    await asyncio.get_running_loop().create_datagram_endpoint(lambda: Answers(out, port), sock=heard)
    say("ready", port)
    await asyncio.sleep(120)


asyncio.run(main(*sys.argv[1:]))
