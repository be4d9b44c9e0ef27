#!/usr/bin/python3 -W ignore
"""A peer of the daemon's SSH server that does as it is told, be it right or wrong.

    ssh_peer.py PORT TOKEN COMMAND [ARGUMENT...]

Logs in to 127.0.0.1:PORT with TOKEN ($SSH_PEER_FROM is its own address, $SSH_PEER_TO the daemon's,
if others are wanted; a TOKEN of "-" is none) and does one of these; what came of it goes to stdout, a line
for each outcome: "N WHAT", as often as N.  WHAT is the type of a reply, "refused" (a channel that
was not opened), "closed" (a channel that ended without a reply) or "lost" (the link has ended).

    ask ID [N] [NAME=VALUE...]   N channels to ID, a list request on each
    hold ID N [bound]  N channels to ID, with a session-bind on each; then for each line on stdin the
                    same request on all of them
    bind ID N       N session-binds on one channel, each of another host and session
    silent N FROM...    N connections from each of these addresses, which say nothing; until a line comes
                    on stdin
    lengths ID LEN...   a frame that claims a body of LEN bytes, with at most 256 KiB + 1 behind
    sign ID LEN...  a login with the first key of ID, as a sign request of LEN bytes (about 200 at
                    least)
    cut ID          a sign request in two parts, for every place where it can be cut
    half ID         half a list request; then waits for the end of the channel
    flood ID        list requests for ever, and no reply is read, until a line comes on stdin
    exec VERB...    runs each VERB on a session channel: its output, "stderr: ...", "status: N"
    later VERB      waits for a line on stdin, logged in, and then does as exec
    stall VERB N    runs VERB on N session channels and reads nothing; at a line on stdin tells which
                    are "open" yet
    forbidden       asks for all that a link does not do; a line "NAME refused|granted" for each
    login TOKEN...  these one after the other, in place of the first; "denied: BANNER" for each

NAME=VALUE: window, packet (the sizes that we say we take); patience, in seconds, after which a
channel or a reply that has not come is "unanswered".
"""
import asyncio
import collections
import os
import socket
import struct
import sys

import asyncssh

FAILURE, LIST, LIST_ANSWER, SIGN, SIGN_ANSWER, EXTENSION = 5, 11, 12, 13, 14, 27
USERAUTH_REQUEST = 50
FRAME_BODY_MAX = 256 * 1024
PATIENCE_S = 25


def frame(body):
    return struct.pack('>I', len(body)) + body


def string(data):
    return struct.pack('>I', len(data)) + data


LIST_REQUEST = frame(bytes([LIST]))


class AgentChannel(asyncssh.SSHTCPSession):
    """One agent connection; replies queue up, None at the end."""

    def __init__(self):
        self.input = b''
        self.replies = asyncio.Queue()

    def connection_made(self, chan):
        self.channel = chan

    def data_received(self, data, datatype):
        self.input += data
        while len(self.input) >= 4:
            (length,) = struct.unpack('>I', self.input[:4])
            if len(self.input) < 4 + length:
                return
            self.replies.put_nowait(self.input[4:4 + length])
            self.input = self.input[4 + length:]

    def connection_lost(self, exc):
        self.replies.put_nowait(None)

    def send(self, data):
        try:
            self.channel.write(data)
        except BrokenPipeError:
            pass  # the daemon has ended it, which the reply tells

    async def reply(self, patience_s=PATIENCE_S):
        return await asyncio.wait_for(self.replies.get(), patience_s)

    async def outcome(self, patience_s=PATIENCE_S):
        try:
            body = await self.reply(patience_s)
        except asyncio.TimeoutError:
            return 'unanswered'
        return 'closed' if body is None else str(body[0])


class Client(asyncssh.SSHClient):
    """Shows one token after the other, and tells what it was told."""

    def __init__(self, tokens, is_talkative=False):
        self.tokens = list(tokens)
        self.is_talkative = is_talkative
        self.banner = ''
        self.lost = asyncio.get_event_loop().create_future()

    def connection_lost(self, exc):
        if not self.lost.done():
            self.lost.set_result(None)

    def auth_banner_received(self, msg, lang):
        self.banner = msg.strip()

    def password_auth_requested(self):
        if self.is_talkative and self.banner:
            print('denied:', self.banner)
        self.banner = ''
        token = self.tokens.pop(0) if self.tokens else '-'
        return token if token != '-' else None


async def connect(tokens, is_talkative=False):
    connection, client = await asyncio.wait_for(asyncssh.create_connection(
        lambda: Client(tokens, is_talkative), os.environ.get('SSH_PEER_TO', '127.0.0.1'), PORT,
        local_addr=(os.environ['SSH_PEER_FROM'], 0) if 'SSH_PEER_FROM' in os.environ else (),
        username='build', config=None, known_hosts=None, client_keys=None, agent_path=None,
        preferred_auth='password', login_timeout=PATIENCE_S), PATIENCE_S)
    connection.lost = client.lost
    return connection


async def open_agent(connection, ident, **options):
    _, session = await connection.create_connection(AgentChannel, ident, 1, **options)
    return session


async def try_open(connection, ident, patience_s=PATIENCE_S, **options):
    """The channel, or what became of it: asyncssh may never say that the link was lost."""
    task = asyncio.ensure_future(open_agent(connection, ident, **options))
    await asyncio.wait({task, connection.lost}, timeout=patience_s,
                       return_when=asyncio.FIRST_COMPLETED)
    try:
        return task.result()
    except asyncssh.ChannelOpenError:
        return 'refused'
    except asyncio.InvalidStateError:
        return 'lost' if connection.lost.done() else 'unanswered'


def tell(outcomes):
    for what, count in sorted(collections.Counter(outcomes).items()):
        print(count, what)
    sys.stdout.flush()


async def ask_all(sessions, patience_s=PATIENCE_S, request=LIST_REQUEST):
    opened = [session for session in sessions if not isinstance(session, str)]
    for session in opened:
        session.send(request)
    outcomes = await asyncio.gather(*(session.outcome(patience_s) for session in opened))
    return [session for session in sessions if isinstance(session, str)] + list(outcomes)


async def next_line():
    return await asyncio.get_event_loop().run_in_executor(None, sys.stdin.readline)


async def ask(ident, count='1', *settings):
    names = {'window': 'window', 'packet': 'max_pktsize', 'patience': 'patience_s'}
    options = {names[name]: int(value) for name, value in (s.split('=') for s in settings)}
    connection = await connect([TOKEN])
    sessions = await asyncio.gather(*(
        try_open(connection, ident, **options) for _ in range(int(count))))
    outcomes = await ask_all(sessions, options.get('patience_s', PATIENCE_S))
    await asyncio.sleep(0)
    tell('lost' if connection.lost.done() else outcome for outcome in outcomes)


def bind_request():
    """A session-bind for forwarding, true and signed: by a host key of our own."""
    key = asyncssh.generate_private_key('ssh-ed25519')
    session = os.urandom(32)
    return frame(bytes([EXTENSION]) + string(b'session-bind@openssh.com') + string(key.public_data)
                 + string(session) + string(key.sign(session, b'ssh-ed25519')) + b'\1')


async def hold(ident, count, bound=None):
    connection = await connect([TOKEN])
    sessions = await asyncio.gather(*(try_open(connection, ident) for _ in range(int(count))))
    if bound:
        tell(await ask_all(sessions, request=bind_request()))
    tell('refused' if session == 'refused' else 'open' for session in sessions)
    sessions = [session for session in sessions if session != 'refused']
    while await next_line():
        tell(await ask_all(sessions))


async def bind(ident, count):
    session = await one_agent(ident)
    outcomes = []
    for _ in range(int(count)):
        session.send(bind_request())
        outcomes.append(await session.outcome())
    tell(outcomes)


async def silent(count, *addresses):
    peers = [socket.create_connection(('127.0.0.1', PORT), PATIENCE_S, (address, 0))
             for _ in range(int(count)) for address in addresses]
    print(len(peers), 'connected', flush=True)
    await next_line()


async def one_agent(ident):
    return await open_agent(await connect([TOKEN]), ident)


async def lengths(ident, *all_lengths):
    for length in map(int, all_lengths):
        session = await one_agent(ident)
        session.send(struct.pack('>I', length) + b'\x0b' * min(length, FRAME_BODY_MAX + 1))
        tell([await session.outcome()])


async def first_key(session):
    session.send(LIST_REQUEST)
    answer = await session.reply()
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


async def sign(ident, *all_lengths):
    for length in map(int, all_lengths):
        session = await one_agent(ident)
        session.send(sign_request(await first_key(session), length))
        tell([await session.outcome()])


async def cut(ident):
    session = await one_agent(ident)
    key = await first_key(session)
    request = sign_request(key, 200)
    outcomes = []
    for place in range(1, len(request)):
        session.send(request[:place])
        session.send(request[place:])
        outcomes.append(await session.outcome())
    tell(outcomes)


async def half(ident):
    session = await one_agent(ident)
    session.send(LIST_REQUEST[:3])
    print('sent', flush=True)
    tell([await session.outcome()])


async def flood(ident):
    connection = await connect([TOKEN])
    session = await open_agent(connection, ident, window=2**32 - 1)
    connection._transport.pause_reading()
    for _ in range(200):
        session.send(LIST_REQUEST)
    print('flooded', flush=True)
    await next_line()
    connection.abort()


async def run_later(verb):
    connection = await connect([TOKEN])
    print('waiting', flush=True)
    await next_line()
    await tell_result(connection, verb)


async def run_verbs(*verbs):
    connection = await connect([TOKEN])
    for verb in verbs:
        await tell_result(connection, verb)


async def tell_result(connection, verb):
    result = await connection.run(verb)
    print(result.stdout, end='')
    for line in result.stderr.splitlines():
        print('stderr:', line)
    print('status:', result.exit_status)


class DeafSession(asyncssh.SSHClientSession):
    """Takes what fits the window, and notes when it is over."""

    is_over = False

    def connection_made(self, chan):
        chan.pause_reading()

    def connection_lost(self, exc):
        self.is_over = True


async def stall(verb, count):
    connection = await connect([TOKEN])
    sessions = [(await connection.create_session(DeafSession, verb, encoding=None, window=40000))[1]
                for _ in range(int(count))]
    print('stalled', flush=True)
    while await next_line():
        tell('over' if session.is_over else 'open' for session in sessions)


async def is_granted(attempt):
    try:
        result = await asyncio.wait_for(attempt, PATIENCE_S)
    except (asyncssh.Error, asyncssh.ChannelListenError, OSError):
        return False
    return result is not False and result is not None


async def forbidden():
    connection = await connect([TOKEN])
    attempts = {
        'shell': connection.create_process(),
        'pty': connection.create_process('ping', term_type='xterm'),
        'subsystem': connection.create_process(subsystem='sftp'),
        'direct-streamlocal': connection.open_unix_connection('/run/agent'),
        'tcpip-forward': connection.forward_remote_port('127.0.0.1', 0, '127.0.0.1', 1),
        'streamlocal-forward': connection.forward_remote_path('/tmp/sfa-never', '/tmp/sfa-never'),
        'unknown-id': connection.open_connection('nosuchid', 1),
        'empty-id': connection.open_connection('', 1),
        'x11': connection.create_process('ping', x11_forwarding=True, x11_display='127.0.0.1:0'),
        'unknown-channel': channel_of_type(connection, b'nonsense@example.org'),
        'x11-channel': channel_of_type(connection, b'x11', string(b'a'), struct.pack('>I', 1)),
        'auth-agent-channel': channel_of_type(connection, b'auth-agent@openssh.com'),
    }
    for name, attempt in attempts.items():
        print(name, 'granted' if await is_granted(attempt) else 'refused')


async def channel_of_type(connection, kind, *args):
    channel = asyncssh.channel.SSHTCPChannel(
        connection, asyncio.get_event_loop(), None, 'strict', 2**20, 2**15)
    await channel._open(kind, *args)
    return channel


async def login(*tokens):
    try:
        await connect(tokens, is_talkative=True)
        print('let in')
    except (asyncssh.Error, OSError) as error:
        print('lost:' if isinstance(error, asyncssh.ConnectionLost) else 'refused:', error)


COMMANDS = {
    'ask': ask, 'hold': hold, 'bind': bind, 'silent': silent, 'lengths': lengths, 'sign': sign, 'cut': cut, 'half': half,
    'flood': flood, 'exec': run_verbs, 'later': run_later, 'stall': stall, 'forbidden': forbidden, 'login': login,
}

if __name__ == '__main__':
    PORT, TOKEN = int(sys.argv[1]), sys.argv[2]
    try:
        asyncio.run(COMMANDS[sys.argv[3]](*sys.argv[4:]))
    except (asyncssh.Error, OSError, asyncio.TimeoutError) as error:
        print('not let in:', error)
        sys.exit(1)
