#!/usr/bin/env bash
#
# Garbage in place of SSH, before and after the version line, ends that link and no other.
set -euo pipefail
. "$(dirname "$0")/../support/agentd.sh"
agentd_begin

key_make a.pem
agentd --key a=./a.pem --limit login-seconds=1

hold bystander a 1

# throw WHAT: sends the file garbage, and waits for the end of the link.
throw()
{
	local peer

	exec {peer}<>"/dev/tcp/127.0.0.1/$PORT"
	cat garbage 1>&"$peer" 2>/dev/null || true
	timeout "$DEADLINE_S" cat <&"$peer" >/dev/null 2>&1 || [ $? -ne 124 ] ||
		fail "the link does not end: $1"
	exec {peer}>&-
}

# throw_packet WHAT BYTES: the same with a version line before these bytes, and zeros behind.
throw_packet()
{
	printf 'SSH-2.0-x\r\n%b%01000d' "$2" 0 >garbage
	throw "$1"
}

head -c 100000 /dev/urandom >garbage
throw 'random bytes'
printf 'GET / HTTP/1.1\r\nHost: x\r\n\r\n' >garbage
throw HTTP
head -c 100000 /dev/zero | tr '\0' A >garbage
throw 'a line without end'
{ printf 'SSH-2.0-x\r\n' && head -c 100000 /dev/urandom; } >garbage
throw 'random packets'
throw_packet 'a packet of 4 GiB' '\0377\0377\0377\0377'
throw_packet 'an empty packet' '\0000\0000\0000\0000'
throw_packet 'an empty key exchange' '\0000\0000\0000\0014\0012\0024'

hold_ask bystander
await_line bystander.log '^1 12$'
daemon_stop
