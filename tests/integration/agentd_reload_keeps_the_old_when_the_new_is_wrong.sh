#!/usr/bin/env bash
#
# A configuration with a mistake, or with keys that cannot be loaded, changes nothing at all, and
# the log says why; once it is mended, it is taken.
set -euo pipefail
. "$(dirname "$0")/../support/reload.sh"
reload_begin

key_make a.pem
key_make b.pem
ssh-keygen -q -t ed25519 -N secret -f locked.pem
export SSH_ASKPASS_REQUIRE=never
conf '[id a]' 'key = a.pem'
agentd --config conf --audit-log audit.log

expect_nothing_changed()
{
	[ "$(keys_seen a)" = 1 ] || fail 'the old id is gone'
	[ ! -e "$(id_socket b)" ] || fail 'an id of the wrong configuration is offered'
	[ "$(keepers)" -eq 1 ] || fail 'a keeper came of it'
}

key_counter a a
conf '[id b]' 'key = b.pem' '[limits]' 'connections-per-link = 7' 'cats = 9'
reload_refused 'conf:5: unknown key "cats" in \[limits\]'
expect_nothing_changed
conf '[id b]' 'key = b.pem, missing.pem' '[limits]' 'connections-per-link = 7'
reload_refused 'cannot use key missing.pem: No such file'
expect_nothing_changed
conf '[id b]' 'key = locked.pem' '[limits]' 'connections-per-link = 7'
reload_refused 'cannot use key locked.pem: it is encrypted'
expect_nothing_changed
conf '[id a]' 'key = a.pem' '[id b]' 'key = -' '[limits]' 'connections-per-link = 7'
reload_refused 'a key from standard input can be read only once'
expect_nothing_changed
# What can only go wrong at the very end: even then logins go by the known hosts that they went by.
printf 'git.example.com %s\n' "$(cut -d' ' -f1,2 a.pem.pub)" >old.hosts
printf 'git.example.com %s\n' "$(cut -d' ' -f1,2 b.pem.pub)" >new.hosts
conf '[daemon]' 'known-hosts = old.hosts' '[id a]' 'key = a.pem'
reload
touch "$(id_socket c)"
conf '[daemon]' 'known-hosts = new.hosts' '[id a]' 'key = a.pem' '[id c]' 'key = a.pem'
reload_refused 'cannot listen on .*/ids/c.sock: there is a file of that name'
ssh_peer exec offer >offer.log
expect_line offer.log "^known-host $(sed 's/[+.]/\\&/g' old.hosts)$"
rm "$(id_socket c)"
expect_nothing_changed
rm conf
reload_refused '--config conf: there is no such file'
expect_nothing_changed
ssh_peer exec offer >offer.log
expect_line offer.log '^limit connections-per-link 256$'

echo secret >passphrases
conf '[daemon]' 'passphrase-file = passphrases' '[id b]' 'key = b.pem, locked.pem' \
	'[limits]' 'connections-per-link = 7'
reload
ssh_peer exec offer >offer.log
expect_line offer.log '^limit connections-per-link 7$'
[ "$(SSH_AUTH_SOCK=$(id_socket b) ssh-add -l | wc -l)" -eq 2 ] || fail 'the right one is not taken'
daemon_stop

expect_record 3 event=reload-failed 'reason=the configuration is wrong'
expect_record 2 event=reload-failed 'reason=the keys could not be loaded'
expect_record 1 event=reload-failed 'reason=not all could be opened'
expect_record 2 event=reloaded config=conf
