#!/usr/bin/env bash
#
# A file system of the host that answers nothing: a build that wants a secret of it is told so in time, as often as
# it asks; other secrets, and signatures that must be on record first, do not wait for it.
set -euo pipefail
. "$(dirname "$0")/../support/agentd.sh"
. "$(dirname "$0")/../support/hung.sh"
agentd_begin

mkdir hung
key_make a.pem
secrets=()
for name in one two three four five six; do
	printf '%s\n' "$name" >"hung/$name"
	secrets+=(--secret "id=$name,src=hung/$name")
done
printf 'good\n' >good
agentd --key a=./a.pem --secret id=good,src=good "${secrets[@]}" --limit secret-stall-seconds=2 \
	--audit-log audit.log --audit required
# What is mounted later is a file system of its own, once somebody has looked.
mount -t tmpfs tmpfs hung
for name in one two three four five six; do
	printf '%s\n' "$name" >"hung/$name"
done
ssh_peer exec offer >offer.log
hang_begin

# hung_threads: how many of the daemon's threads wait for that file system
hung_threads()
{
	cat /proc/"$DAEMON_PID"/task/*/wchan | grep -o fuse | wc -l
}

# One thread does, however many secrets are asked for.
asking=()
for name in one two three four five six; do
	ssh_peer exec "secret $name" >"$name.log" 2>&1 &
	asking+=($!)
done
until [ "$(hung_threads)" -eq 1 ]; do sleep 0.02; done
ssh_peer exec 'secret good' >good.log || fail 'no secret of another file system'
expect_line good.log '^good$'
[ "$(ssh_peer sign a 200)" = '1 14' ] || fail 'no signature while files hang'
[ "$(hung_threads)" -eq 1 ] || fail "$(hung_threads) threads hang"
wait "${asking[@]}" || true
for name in one two three four five six; do
	expect_line "$name.log" "secret \"$name\" cannot be read: its file system on the host does not answer"
done

# What is on offer says it of each, and of no other.
ssh_peer exec offer >offer.log
expect_line offer.log '^secret six unavailable the file system on the host does not answer$'
expect_line offer.log '^secret good file 5$'

# Once it is back, or gone for good, so are they.
hang_end
ssh_peer exec 'secret six' >six.log || fail 'the secret is not there again'
expect_line six.log '^six$'
daemon_stop
umount hung
