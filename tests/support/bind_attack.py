#!/usr/bin/python3
"""A build that has all it could wish for, and tries to have a login signed that is not its own.

    bind_attack.py GOOD EVIL

GOOD and EVIL hold what ssh asked of an agent to log in to a host that the policy names, and to
one that it does not (record_agent.c): a session-bind, true and signed by the host, and a sign request.
Both hosts work for the attacker, and a session is as good as new: whatever is signed for EVIL's
could be used. Speaks to $SSH_AUTH_SOCK, a connection for each attempt; prints a line for each: its
name and the type of the last reply.
"""
import os
import socket
import struct
import sys

SIGN, EXTENSION = 13, 27
PATIENCE_S = 25


def string(data):
    return struct.pack('>I', len(data)) + data


def take(data):
    (length,) = struct.unpack('>I', data[:4])
    return data[4:4 + length], data[4 + length:]


class Binding:
    """A session-bind request, in parts."""

    def __init__(self, body):
        self.name, rest = take(body[1:])
        self.host_key, rest = take(rest)
        self.session, rest = take(rest)
        self.signature, self.flag = take(rest)

    def body(self, **changes):
        parts = dict(self.__dict__, **changes)
        return (bytes([EXTENSION]) + string(parts['name']) + string(parts['host_key'])
                + string(parts['session']) + string(parts['signature']) + parts['flag'])


class Login:
    """A sign request for a login, in parts."""

    def __init__(self, body):
        self.key, rest = take(body[1:])
        data, self.flags = take(rest)
        self.session, self.request = take(data)

    def body(self, session=None):
        data = string(session or self.session) + self.request
        return bytes([SIGN]) + string(self.key) + string(data) + self.flags


def requests(path):
    with open(path, 'rb') as file:
        data = file.read()
    while data:
        body, data = take(data)
        yield body


def read_record(path):
    bodies = list(requests(path))
    bindings = [body for body in bodies if body[0] == EXTENSION]
    logins = [body for body in bodies if body[0] == SIGN]
    return Binding(bindings[0]), Login(logins[-1])


def read_bytes(agent, length):
    data = b''
    while len(data) < length:
        chunk = agent.recv(length - len(data))
        if not chunk:
            raise ConnectionError('closed')
        data += chunk
    return data


def last_reply(bodies):
    agent = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    agent.settimeout(PATIENCE_S)
    agent.connect(os.environ['SSH_AUTH_SOCK'])
    kind = None
    for body in bodies:
        agent.sendall(string(body))
        reply = read_bytes(agent, struct.unpack('>I', read_bytes(agent, 4))[0])
        kind = reply[0]
    agent.close()
    return kind


def attempts(good, evil):
    bind_good, login_good = good
    bind_evil, login_evil = evil
    forwarding, login = {'flag': b'\1'}, {'flag': b'\0'}
    theirs = login_evil.body()
    return {
        # What may be had, or the rest would mean nothing.
        'allowed': [bind_good.body(), login_good.body()],
        'allowed-twice': [bind_good.body(), login_good.body(), login_good.body()],
        'unbound': [theirs],
        'true-binding-of-the-wrong-host': [bind_evil.body(), theirs],
        'replayed-binding': [bind_good.body(), theirs],
        'two-bindings': [bind_good.body(), bind_evil.body(), theirs],
        'two-bindings-the-other-way': [bind_evil.body(), bind_good.body(), theirs],
        'two-bindings-then-the-allowed-login': [bind_evil.body(), bind_good.body(),
                                                login_good.body()],
        'forwarding-only': [bind_evil.body(**forwarding), theirs],
        'good-host-forwarding-only': [bind_good.body(**forwarding), theirs],
        'good-host-forwards-to-evil': [bind_good.body(**forwarding), bind_evil.body(**login),
                                       theirs],
        'evil-host-forwards-to-good': [bind_evil.body(**forwarding), bind_good.body(**login),
                                       login_good.body()],
        'evil-host-forwards-to-good-and-logs-in-itself': [
            bind_evil.body(**forwarding), bind_good.body(**login), theirs],
        'good-key-in-evils-binding': [bind_evil.body(host_key=bind_good.host_key), theirs],
        'evils-session-in-goods-binding': [bind_good.body(session=bind_evil.session), theirs],
        'evils-signature-in-goods-binding': [bind_good.body(signature=bind_evil.signature),
                                             login_good.body()],
        'after-a-false-binding': [bind_good.body(signature=bind_evil.signature),
                                  bind_good.body(), login_good.body()],
        'goods-session-in-evils-login': [bind_good.body(),
                                         login_evil.body(session=bind_good.session)],
        'evils-session-in-goods-login': [bind_good.body(),
                                         login_good.body(session=bind_evil.session)],
    }


if __name__ == '__main__':
    for name, bodies in attempts(read_record(sys.argv[1]), read_record(sys.argv[2])).items():
        print(name, last_reply(bodies))
