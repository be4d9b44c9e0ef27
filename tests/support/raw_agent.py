#!/usr/bin/python3
"""A client of an agent's Unix socket that does as it is told, be it right or wrong.

    raw_agent.py SOCKET|- COMMAND [ARGUMENT...]        - is $SSH_AUTH_SOCK

What came of it goes to stdout, a line: the type of the reply, or "closed".

    type N          a request of the one byte N
    lengths LEN...  a frame that claims a body of LEN bytes, with at most 256 KiB + 1 behind it
    sign LEN...     a login with the first key, as a sign request of LEN bytes (about 200 at least)
    last LEN        the same, and then ends its side of the connection
    ahead N M       N lists asked for at once; M on another connection; then the N replies: "COUNT TYPE"
    login PUB...    a login with each of these keys, whether it is listed or not
    cut             a sign request in two parts, for every place where it can be cut; "N TYPE"
    half            half a request, after the line "sent"; then waits for the end
    count           on one connection, for each line of stdin: how many keys it lists, or "closed"; for a line
                    "sign": a login with the first key
    hold N          N connections, each asked once; "held", then waits for the end of them all
"""
import array
import base64
import fcntl
import os
import socket
import struct
import sys
import time

LIST, SIGN = 11, 13
USERAUTH_REQUEST = 50
FRAME_BODY_MAX = 256 * 1024
SIOCOUTQ = 0x5411
PATIENCE_S = 45


def connect():
    agent = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    agent.settimeout(PATIENCE_S)
    agent.connect(PATH)
    return agent


def frame(body):
    return struct.pack('>I', len(body)) + body


def string(data):
    return struct.pack('>I', len(data)) + data


def read_bytes(agent, length):
    data = b''
    while len(data) < length:
        try:
            chunk = agent.recv(length - len(data))
        except ConnectionError:
            chunk = b''
        if not chunk:
            return None
        data += chunk
    return data


def reply(agent):
    header = read_bytes(agent, 4)
    return None if header is None else read_bytes(agent, struct.unpack('>I', header)[0])


def outcome(agent):
    body = reply(agent)
    return 'closed' if body is None else str(body[0])


def send(agent, data):
    try:
        agent.sendall(data)
    except ConnectionError:
        pass  # what it says of that comes with the reply


def await_read(agent):
    """Until the other end has read all that we sent."""
    unread = array.array('i', [1])
    deadline = time.monotonic() + PATIENCE_S
    while unread[0] > 0 and time.monotonic() < deadline:
        fcntl.ioctl(agent, SIOCOUTQ, unread)
        os.sched_yield()


def first_key(agent):
    send(agent, frame(bytes([LIST])))
    answer = reply(agent)
    (length,) = struct.unpack('>I', answer[5:9])
    return answer[9:9 + length]


def sign_request(key, length):
    (type_length,) = struct.unpack('>I', key[:4])
    key_type = key[4:4 + type_length]

    def body(user):
        login = (string(b'a session id') + bytes([USERAUTH_REQUEST]) + string(user)
                 + string(b'ssh-connection') + string(b'publickey') + b'\1'
                 + string(key_type) + string(key))
        return bytes([SIGN]) + string(key) + string(login) + struct.pack('>I', 0)

    return frame(body(b'u' * (length - len(body(b'')))))


def type_(number):
    agent = connect()
    send(agent, frame(bytes([int(number)])))
    print(outcome(agent))


def lengths(*all_lengths):
    for length in map(int, all_lengths):
        agent = connect()
        send(agent, struct.pack('>I', length) + b'\x0b' * min(length, FRAME_BODY_MAX + 1))
        print(outcome(agent))


def sign(*all_lengths):
    for length in map(int, all_lengths):
        agent = connect()
        send(agent, sign_request(first_key(agent), length))
        print(outcome(agent))


def last(length):
    agent = connect()
    send(agent, sign_request(first_key(agent), int(length)))
    agent.shutdown(socket.SHUT_WR)
    print(outcome(agent))


def ahead(count, others):
    agent = connect()
    other = connect()
    send(agent, frame(bytes([LIST])) * int(count))
    for _ in range(int(others)):
        send(other, frame(bytes([LIST])))
        assert outcome(other) == '12'
    types = [outcome(agent) for _ in range(int(count))]
    for kind in sorted(set(types)):
        print(types.count(kind), kind)


def login(*paths):
    agent = connect()
    for path in paths:
        with open(path, encoding='ascii') as file:
            key = base64.b64decode(file.read().split()[1])
        send(agent, sign_request(key, 300))
        print(outcome(agent))


def cut():
    agent = connect()
    key = first_key(agent)
    request = sign_request(key, 200)
    types = []
    for place in range(1, len(request)):
        send(agent, request[:place])
        await_read(agent)
        send(agent, request[place:])
        types.append(outcome(agent))
    for kind in sorted(set(types)):
        print(types.count(kind), kind)


def half():
    agent = connect()
    send(agent, frame(bytes([LIST]))[:3])
    print('sent', flush=True)
    print(outcome(agent))


def hold(count):
    agents = [connect() for _ in range(int(count))]
    for agent in agents:
        send(agent, frame(bytes([LIST])))
    for agent in agents:
        outcome(agent)
    print('held', flush=True)
    for agent in agents:
        outcome(agent)


def count():
    agent = connect()
    for line in sys.stdin:
        if line == 'sign\n':
            send(agent, sign_request(first_key(agent), 200))
            print(outcome(agent), flush=True)
            continue
        send(agent, frame(bytes([LIST])))
        body = reply(agent)
        print('closed' if body is None else
              struct.unpack('>I', body[1:5])[0] if len(body) >= 5 else body[0], flush=True)


COMMANDS = {'type': type_, 'lengths': lengths, 'sign': sign, 'last': last, 'ahead': ahead,
            'login': login, 'cut': cut, 'half': half, 'count': count, 'hold': hold}

if __name__ == '__main__':
    PATH = os.environ['SSH_AUTH_SOCK'] if sys.argv[1] == '-' else sys.argv[1]
    COMMANDS[sys.argv[2]](*sys.argv[3:])
