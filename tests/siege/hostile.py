#!/usr/bin/python3 -W ignore
"""Peers of the daemon's SSH server that do one bad thing, many at once and for ever.

    hostile.py BEHAVIOUR FROM PORT COUNT [ID]

COUNT peers, bound to the address FROM, of 127.0.0.1:PORT. Before any encryption:

    silent        connect and say nothing
    kex-stall     stop somewhere in the key exchange
    kex-flood     have the daemon compute its half of a key exchange, and leave
    slow          a key exchange, one byte at a time
    half          close one direction, and wait
    connections   connect and leave, as quickly as can be
    garbage       bytes that are no SSH, and packets that are nonsense
    lengths       packets whose length is huge, negative, zero or odd

Logged in with $SSH_SHIM_TOKEN ($SIEGE_ASKPASS is a program that prints it), where ID is an id that it covers:

    nonsense      well-encrypted packets of any type, and random content
    rekeys        OpenSSH's client, which is told to make new keys after every packet
    windows       channels that never open their window, each with requests
    giant         channels with a window of 4 GiB, requests, and no reply is read
    frames        sign requests split at every byte
    frame-lengths agent frames that claim what they do not hold
    upstream      requests to ID, many more than it answers: it is to be an agent that stalls

Says "begun" when it has been done once; ends with stdin, and tells then how often.
"""
import asyncio
import itertools
import os
import random
import resource
import socket
import struct
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'support'))

VERSION = b'SSH-2.0-hostile\r\n'
KEXINIT, ECDH_INIT, ECDH_REPLY = 20, 30, 31
SLOW_PAUSE_S = 0.05
WHILE_S = 0.2
RETRY_PAUSE_S = 0.05
IP_BIND_ADDRESS_NO_PORT = 24
HUGE_WINDOW = 2**32 - 1
REQUESTS_UNREAD = 100

done = 0


def count(times=1):
    global done
    if done == 0:
        print('begun', flush=True)
    done += times


def packet(payload):
    padding = 8 - (len(payload) + 5) % 8
    padding += 8 if padding < 4 else 0
    return struct.pack('>IB', len(payload) + padding + 1, padding) + payload + bytes(padding)


def name_list(names):
    return struct.pack('>I', len(names)) + names


def kexinit():
    ciphers = b'aes256-gcm@openssh.com,aes256-ctr,chacha20-poly1305@openssh.com'
    lists = [b'curve25519-sha256', b'ssh-ed25519', ciphers, ciphers,
             b'hmac-sha2-256,hmac-sha2-512', b'hmac-sha2-256,hmac-sha2-512',
             b'none', b'none', b'', b'']
    return packet(bytes([KEXINIT]) + os.urandom(16) + b''.join(map(name_list, lists)) + bytes(5))


def ecdh_init():
    return packet(bytes([ECDH_INIT]) + name_list(os.urandom(32)))


def has_ecdh_reply(received):
    """Past the daemon's version line and its KEXINIT: what it had to compute for."""
    first = received.find(b'\r\n') + 2
    if first < 2 or len(received) < first + 4:
        return False
    second = first + 4 + struct.unpack('>I', received[first:first + 4])[0]
    return len(received) > second + 5 and received[second + 5] == ECDH_REPLY


async def connect():
    peer = socket.socket()
    peer.setblocking(False)
    try:
        peer.setsockopt(socket.IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1)
        peer.bind((FROM, 0))
        await asyncio.get_event_loop().sock_connect(peer, ('127.0.0.1', PORT))
    except OSError:
        peer.close()
        raise
    return peer


async def send(peer, data):
    await asyncio.get_event_loop().sock_sendall(peer, data)


async def read_to_end(peer):
    while await asyncio.get_event_loop().sock_recv(peer, 65536):
        pass


async def read_a_while(peer):
    """What makes the daemon hang up comes soon; what makes it wait shall not keep us."""
    try:
        await asyncio.wait_for(read_to_end(peer), WHILE_S)
    except asyncio.TimeoutError:
        pass


async def silent(peer):
    count()
    await read_to_end(peer)


async def kex_stall(peer, places=itertools.count()):
    whole = VERSION + kexinit() + ecdh_init()
    await send(peer, whole[:next(places) * 37 % (len(whole) + 1)])
    count()
    await read_to_end(peer)


async def kex_flood(peer):
    await send(peer, VERSION + kexinit() + ecdh_init())
    received = b''
    while not has_ecdh_reply(received):
        chunk = await asyncio.get_event_loop().sock_recv(peer, 65536)
        if not chunk:
            return
        received += chunk
    count()


async def slow(peer):
    for byte in VERSION + kexinit() + ecdh_init():
        await send(peer, bytes([byte]))
        count()
        await asyncio.sleep(SLOW_PAUSE_S)
    await read_to_end(peer)


async def half(peer, places=itertools.count()):
    whole = VERSION + kexinit() + ecdh_init()
    await send(peer, whole[:next(places) * 37 % (len(whole) + 1)])
    peer.shutdown(socket.SHUT_WR)
    count()
    await read_to_end(peer)


async def connections(peer):
    if random.random() < 0.5:
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
    count()


async def garbage(peer):
    await send(peer, random.choice([
        os.urandom(20000), b'GET / HTTP/1.1\r\nHost: x\r\n\r\n', b'A' * 20000,
        VERSION + os.urandom(20000), VERSION + packet(os.urandom(500)),
        VERSION + packet(bytes([random.randrange(256)]) + os.urandom(100)),
        VERSION + kexinit() + packet(os.urandom(100)),
        VERSION + kexinit() + ecdh_init() + os.urandom(1000)]))
    count()
    await read_a_while(peer)


async def lengths(peer):
    length = random.choice([0, 1, 4, 5, 7, 12, 35000, 262144, 262145, 2**24, 2**31 - 1, 2**31,
                            2**32 - 5, 2**32 - 1])
    await send(peer, VERSION + struct.pack('>I', length) + os.urandom(min(length, 1000)))
    count()
    peer.shutdown(socket.SHUT_WR)
    await read_a_while(peer)


async def raw_for_ever(talk):
    while True:
        try:
            peer = await connect()
        except OSError:
            await asyncio.sleep(RETRY_PAUSE_S)
            continue
        try:
            await talk(peer)
        except OSError:
            pass
        finally:
            peer.close()


async def nonsense(peer):
    connection = await peer.connect([TOKEN])
    while not connection.lost.done():
        kind = random.choice([1, 2, 3, 4, 5, 6, 7, 20, 21, 30, 31, 50, 51, 52, 60, 80, 81, 82, 90,
                              91, 93, 94, 95, 96, 97, 98, 99, 100, random.randrange(256)])
        connection.send_packet(kind, os.urandom(random.randrange(60)))
        count()
        await asyncio.sleep(0)


async def rekeys(peer):
    environment = dict(os.environ, SSH_ASKPASS=ASKPASS, SSH_ASKPASS_REQUIRE='force')
    client = await asyncio.create_subprocess_exec(
        'ssh', '-F', 'none', '-b', FROM, '-p', str(PORT), '-o', 'LogLevel=QUIET',
        '-o', 'RekeyLimit=16', '-o', 'UserKnownHostsFile=/dev/null',
        '-o', 'StrictHostKeyChecking=no', '-o', 'PreferredAuthentications=password',
        '-W', ID + ':1', 'build@127.0.0.1', stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE, env=environment)
    try:
        while True:
            client.stdin.write(peer.LIST_REQUEST)
            (length,) = struct.unpack('>I', await client.stdout.readexactly(4))
            await client.stdout.readexactly(length)
            count()
    except (asyncio.IncompleteReadError, OSError):
        await asyncio.sleep(RETRY_PAUSE_S)
    finally:
        await client.wait()


async def windows(peer):
    connection = await peer.connect([TOKEN])
    while not connection.lost.done():
        session = await peer.try_open(connection, ID, window=random.choice([0, 1, 4]))
        if isinstance(session, str):
            break
        for _ in range(10):
            session.send(peer.LIST_REQUEST)
        count()
    await connection.lost


async def giant(peer):
    connection = await peer.connect([TOKEN])
    session = await peer.open_agent(connection, ID, window=HUGE_WINDOW)
    connection._transport.pause_reading()
    for _ in range(REQUESTS_UNREAD):
        session.send(peer.LIST_REQUEST)
    count()
    await asyncio.sleep(3600)


async def frames(peer):
    session = await peer.one_agent(ID)
    key = await peer.first_key(session)
    request = peer.sign_request(key, 200)
    while True:
        for place in range(1, len(request)):
            session.send(request[:place])
            await asyncio.sleep(0)
            session.send(request[place:])
            if await session.outcome() != str(peer.SIGN_ANSWER):
                return
            count()


async def frame_lengths(peer):
    connection = await peer.connect([TOKEN])
    while not connection.lost.done():
        session = await peer.try_open(connection, ID)
        if isinstance(session, str):
            break
        length = random.choice([0, 262144, 262145, 2**24, 2**31 - 1, 2**31, 2**32 - 1])
        session.send(struct.pack('>I', length) + b'\x0b' * min(length, 4096))
        count()
        await asyncio.wait({asyncio.ensure_future(session.outcome(1)), connection.lost},
                           return_when=asyncio.FIRST_COMPLETED)
        session.channel.abort()


async def upstream(peer):
    connection = await peer.connect([TOKEN])
    while not connection.lost.done():
        session = await peer.try_open(connection, ID)
        if isinstance(session, str):
            break
        session.send(peer.LIST_REQUEST)
        count()
    await connection.lost


async def spoken_for_ever(talk):
    import asyncssh
    import ssh_peer
    ssh_peer.PORT, ssh_peer.TOKEN = PORT, TOKEN
    while True:
        try:
            await talk(ssh_peer)
        except (asyncssh.Error, OSError, asyncio.TimeoutError, AttributeError, ValueError,
                TypeError):
            await asyncio.sleep(RETRY_PAUSE_S)  # asyncssh, too, is confused by what it has done


RAW = {'silent': silent, 'kex-stall': kex_stall, 'kex-flood': kex_flood, 'slow': slow,
       'half': half, 'connections': connections, 'garbage': garbage, 'lengths': lengths}
SPOKEN = {'nonsense': nonsense, 'rekeys': rekeys, 'windows': windows, 'giant': giant, 'frames': frames,
          'frame-lengths': frame_lengths, 'upstream': upstream}


async def main(behaviour, peers):
    loop = asyncio.get_event_loop()
    over = loop.create_future()
    loop.add_reader(0, lambda: os.read(0, 4096) or over.done() or over.set_result(None))
    loop.set_exception_handler(lambda *_: None)
    if behaviour in RAW:
        talks = [raw_for_ever(RAW[behaviour]) for _ in range(peers)]
    else:
        talks = [spoken_for_ever(SPOKEN[behaviour]) for _ in range(peers)]
    tasks = [asyncio.ensure_future(talk) for talk in talks]
    await asyncio.wait({over, *tasks}, return_when=asyncio.FIRST_COMPLETED)
    for task in tasks:
        if task.done():
            task.result()
    print(done, flush=True)
    os._exit(0)  # what asyncssh has been made to do is nothing to end in order


if __name__ == '__main__':
    FROM, PORT = sys.argv[2], int(sys.argv[3])
    ID = sys.argv[5] if len(sys.argv) > 5 else 'default'
    ASKPASS = os.environ.get('SIEGE_ASKPASS', '')
    TOKEN = os.environ.get('SSH_SHIM_TOKEN')
    os.environ['SSH_PEER_FROM'] = FROM
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    asyncio.run(main(sys.argv[1], int(sys.argv[4])))
