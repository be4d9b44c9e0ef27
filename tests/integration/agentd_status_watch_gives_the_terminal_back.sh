#!/usr/bin/env bash
#
# status --watch on a terminal: drawn anew, cut to its size, stopped and continued, told when the daemon goes away; and
# whatever ends it, the terminal is as it was.
set -euo pipefail
. "$(dirname "$0")/../support/agentd.sh"
agentd_begin
need_program dash

ssh-keygen -q -t ed25519 -N '' -C $'it\e[2J' -f a.pem
agentd --key a=./a.pem
XDG_RUNTIME_DIR=$DAEMON_RUNTIME_DIR /usr/bin/python3 - "$SFA_AGENTD" "$DAEMON_PID" <<'END'
import fcntl
import os
import pty
import re
import select
import struct
import sys
import termios
import time

AGENTD, DAEMON = sys.argv[1], int(sys.argv[2])
ENTER, LEAVE, HOME = b'\033[?1049h\033[?25l', b'\033[?25h\033[?1049l', b'\033[H'
DEADLINE_S = 25

shell, terminal = pty.fork()
if shell == 0:
    os.environ.update(TERM='xterm', PS1='$ ', ASAN_OPTIONS='detect_leaks=0')
    os.environ.pop('ENV', None)
    # bash would set the terminal right after a command that a signal ended.
    os.execvp('dash', ['dash', '-i'])
seen = b''


def expect(pattern):
    """Reads until it has come, and forgets all up to its end, which it returns."""
    global seen
    deadline = time.monotonic() + DEADLINE_S
    while True:
        match = re.search(pattern, seen, re.DOTALL)
        if match:
            before, seen = seen[:match.end()], seen[match.end():]
            return before
        if not select.select([terminal], [], [], max(0, deadline - time.monotonic()))[0]:
            sys.exit('%r is not in %r' % (pattern, seen[-4000:]))
        seen += os.read(terminal, 65536)


def type_(text):
    os.write(terminal, text)


def resize(rows, columns):
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack('HHHH', rows, columns, 0, 0))


def frame():
    """A whole one, of those that are still to come."""
    expect(re.escape(HOME))
    return expect(rb'\033\[J')


def watch(*options):
    type_(b' '.join([AGENTD.encode(), b'status', b'--watch=1', *options]) + b'\n')
    expect(re.escape(ENTER))


def lines_of(a_frame):
    return [re.sub(rb'\033\[[KJ]', b'', line).strip(b'\r') for line in a_frame.split(b'\n')]


def settings():
    """What the shell has seen of the terminal: what it sets for a line to be typed is undone by then."""
    type_(b'stty -g | sed s/^/settings=/\n')
    return re.search(rb'settings=([0-9a-f:]+)', expect(rb'settings=[0-9a-f:]+\r')).group(1)


resize(50, 120)
expect(rb'\$ ')
before = settings()

watch()
first = frame()
while b'unavailable: it does not answer' in first:
    first = frame()
assert b'id a: key files' in first and b'it\\x1b[2J' in first, first
assert b'\033[2J' not in first
for _ in range(2):
    assert b'id a: key files' in frame()
type_(b'xyz')  # is not echoed
resize(4, 20)
shown = frame()
while b'more lines' not in shown:
    shown = frame()
assert b'xyz' not in shown
assert len(lines_of(shown)) == 4 and max(map(len, lines_of(shown))) <= 20, lines_of(shown)
resize(50, 120)
while b'id a: key files' not in frame():
    pass

type_(b'\032')  # Ctrl-Z
expect(re.escape(LEAVE))
expect(rb'Stopped')
assert settings() == before, 'the terminal of a stopped watch is not as before'
type_(b'fg\n')
expect(re.escape(ENTER))
assert b'id a: key files' in frame()

type_(b'\003')  # Ctrl-C
expect(re.escape(LEAVE))
type_(b'echo "ended=$?"\n')
expect(rb'ended=130\r')
assert settings() == before, 'the terminal is not as before'

watch()
frame()
type_(b'q')
expect(re.escape(LEAVE))
type_(b'echo "ended=$?"\n')
expect(rb'ended=0\r')
assert settings() == before

watch()
frame()
os.kill(DAEMON, 15)
shown = frame()
while b'no ssh-forward-agentd of this user answers' not in shown:
    shown = frame()
assert b'It answered last at ' in shown and b'id a:' not in shown, shown
type_(b'\034')  # Ctrl-\
expect(re.escape(LEAVE))
type_(b'echo "ended=$?"\n')
expect(rb'ended=131\r')
assert settings() == before

# A terminal that can do nothing gets one after the other.
type_(b'TERM=dumb ' + AGENTD.encode() + b' status --watch=1\n')
shown = expect(rb'answers at.*answers at')
assert b'\033[' not in shown
type_(b'\003')
type_(b'echo "ended=$?"\n')
expect(rb'ended=130\r')
END
DAEMON_PID=''
