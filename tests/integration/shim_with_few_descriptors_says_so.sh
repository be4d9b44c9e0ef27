#!/usr/bin/env bash
#
# Few file descriptors: a build works, or fails at once with a line that names what is lacking. Where programs keep all
# there are and wait for more, those who wait are turned away after ten seconds, and nothing hangs.
set -euo pipefail
. "$(dirname "$0")/../support/agentd.sh"
need_program prlimit
agentd_begin

# crowd CONNECT N: N connections that are kept, and then a program with 20 more
crowd()
{
	local began=$SECONDS

	STATUS=0
	# shellcheck disable=SC2016 # it is the script's own
	prlimit --nofile=80 -- "$SHIM" --connect "$1" -- sh -c '
		mkfifo kept
		"$0" - hold "$2" >kept & holder=$!
		read -r _ <kept
		"$1" 20; status=$?
		kill "$holder"; rm kept; exit "$status"' "$RAW_AGENT" "$AGENT_CLIENT" "$2" >out.log 2>error.log || STATUS=$?
	expect_status 1
	[ $((SECONDS - began)) -lt 60 ] || fail 'it hung'
}

key_make a.pem
printf 'github.com %s\n' "$(cut -d ' ' -f 1,2 a.pem.pub)" >known_hosts
printf 'a secret' >secret
agentd --key a=./a.pem --known-hosts "$PWD/known_hosts" --secret id=s,src="$PWD/secret"

failed=0
for limit in 8 12 16 20 24 28 32 36 40; do
	STATUS=0
	prlimit --nofile=$limit -- "$SHIM" --connect "$CONNECT" --secret s,target="$PWD/target" -- \
		"$RAW_AGENT" - sign 200 >out.log 2>error.log || STATUS=$?
	if [ "$STATUS" -eq 0 ]; then
		expect_output 14
	else
		expect_status 125
		expect_line error.log '^ssh-shim: fewer than 32 file descriptors are left: Too many open files; raise the limit'
		failed=$((failed + 1))
	fi
done
[ "$failed" -gt 0 ] || fail 'no limit was low enough'
expect_status 0

crowd "$CONNECT" 50
expect_line error.log '^ssh-shim: agent connections have to wait \([0-9]+ are open\): Too many open files$'
expect_line error.log '^ssh-shim: [0-9]+ agent connections were turned away after 10 s: too few file descriptors; '
expect_line out.log ' closed$'
crowd "unix:$(id_socket a)" 26
# Which of the two runs out first depends on how many descriptors the test was given.
expect_line error.log '^ssh-shim: (no keys are listed: ssh-shim is out of|[0-9]+ agent connections were turned away after 10 s: too few) file descriptors; raise the limit'
daemon_stop
