#!/usr/bin/env bash
#
# An id's max-signatures is of all its connections: those that began before a reload gave it other keys, and go on with
# the old ones, use up the same as those that came later.
set -euo pipefail
. "$(dirname "$0")/../support/reload.sh"
reload_begin

key_make a.pem
key_make b.pem
conf '[id r]' 'key = a.pem' 'max-signatures = 3'
agentd --config conf
key_counter before r
[ "$(key_signs before)" = 14 ] || fail 'the first of three is refused'

conf '[id r]' 'key = b.pem' 'max-signatures = 3'
reload
key_counter after r
[ "$(key_signs after)" = 14 ] || fail 'the second of three, with the new key, is refused'
[ "$(key_signs before)" = 14 ] || fail 'the third, with the old one, is refused'
[ "$(key_signs before)" = 5 ] || fail 'a fourth signature, with the old key'
[ "$(key_signs after)" = 5 ] || fail 'a fourth signature, with the new key'
daemon_stop
