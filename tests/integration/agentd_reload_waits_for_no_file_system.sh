#!/usr/bin/env bash
#
# A file system of the host answers nothing when the configuration is taken up again: a reload that changes something else
# is done all the same, though a secret of that file system stays on offer. One that brings a further secret of it is refused in
# time, with the secret's name, and builds are served meanwhile; as is one whose file is not there.
set -euo pipefail
. "$(dirname "$0")/../support/reload.sh"
. "$(dirname "$0")/../support/hung.sh"
reload_begin

old=('[limits]' 'secret-stall-seconds = 2' '[id a]' 'key = a.pem' '[secret one]' 'src = hung/one')

mkdir hung
mount -t tmpfs tmpfs hung
echo one >hung/one
echo two >hung/two
echo good >good
key_make a.pem
conf "${old[@]}"
agentd --config conf
hang_begin

conf "${old[@]}" '[secret good]' 'src = good'
reload
ssh_peer exec 'secret good' >good.log || fail 'the reload brought no secret'
expect_line good.log '^good$'

conf "${old[@]}" '[secret two]' 'src = hung/two'
kill -HUP "$DAEMON_PID"
await_hung
expect_served a
ssh_peer exec 'secret good' >good.log || fail 'what was on offer is not any more'
daemon_await_log '\[secret two\]: /.*/hung/two: its file system does not answer$'
daemon_await_log 'SIGHUP: nothing is reloaded; the configuration stays as it was$'
# Another, while the thread of the one before still hangs.
conf "${old[@]}"
reload
conf "${old[@]}" '[secret good]' 'src = good'
reload_refused '\[secret good\]: /.*/good: it cannot be looked at: file systems of other secrets do not answer$'

hang_end
conf "${old[@]}" '[secret gone]' 'src = gone'
reload_refused '\[secret gone\]: /.*/gone: No such file'
conf "${old[@]}" '[secret two]' 'src = hung/two'
reload
ssh_peer exec 'secret two' >two.log || fail 'the secret is not there after all'
expect_line two.log '^two$'
daemon_stop
umount hung
