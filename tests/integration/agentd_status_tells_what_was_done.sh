#!/usr/bin/env bash
#
# status --json: each member of the document is what was really done: signatures, refusals of several reasons, links
# of two tokens, a connection to a Unix socket, a login refused; no token is in it, and the man page names every member.
set -euo pipefail
. "$(dirname "$0")/../support/agentd.sh"
. "$(dirname "$0")/../support/status.sh"
agentd_begin

ssh-keygen -q -t ed25519 -N '' -C $'me\e[2J' -f a.pem
key_make b.pem
ssh-keygen -q -t rsa -b 2048 -N '' -C three -f c.pem
real_agent b.pem c.pem
echo content >npmrc
cat >config <<-END
	[daemon]
	audit-log = audit.log
	[id a]
	key = a.pem
	max-signatures = 10
	lifetime = 1h
	[id b]
	agent = $REAL_AGENT
	only-keys = $PWD/c.pem.pub
	[secret npmrc]
	src = $PWD/npmrc
	[secret variable]
	env = A_SECRET
END
began=$(date +%s)
export A_SECRET=never-to-be-seen
agentd --config config
unset A_SECRET
ci=$(token_mint --name ci)
build=$(token_mint --name build)

status_is 'version == 1' "daemon['pid'] == $DAEMON_PID" \
	"daemon['version'] == '$("$SFA_AGENTD" --version | sed 's/.* //')'" \
	"0 <= daemon['uptime_seconds'] < 60" 'link_count == 0' 'agent_connections == 0' \
	'requests_in_flight == 0' 'requests == []' 'links == []' 'local_connections == []' \
	"refusals == {'total': 0, 'reasons': [], 'reasons_omitted': 0}" \
	'[id["id"] for id in ids] == ["a", "b"]' 'ids_omitted == links_omitted == 0'
status_has "daemon['started'] >= '$(date -u -d "@$began" +%FT%T)'" \
	"daemon['started'] <= time <= '$(date -u -d '+1 second' +%FT%T)Z'"

# Three signatures of a, three refusals of two reasons; one refusal of b.
raw_agent "$(id_socket a)" sign 200 200 200 >/dev/null
for type in 17 17 13; do
	[ "$(raw_agent "$(id_socket a)" type "$type")" = 5 ] || fail "$type is not refused"
done
raw_agent "$(id_socket b)" sign 800 >/dev/null # refused: RSA with SHA-1

# Two links; agent connections: 2, 1, and 1 to a Unix socket.
hold run a 2
SSH_SHIM_TOKEN=$ci
hold ci b 1
ci_pid=$HOLD_PID
raw_agent "$(id_socket b)" hold 1 >local.log &
await_line local.log '^held$'
ssh_peer login sfa1_AAAA >login.log 2>&1 || true
status_is 'all(id["available"] for id in ids)' 'refusals["total"] == 1' 'len(local_connections) == 1' 'link_count == 2'

status_has \
	'one(ids, id="a")["kind"] == "keys"' \
	'one(ids, id="a")["files"] == ["a.pem"]' \
	'one(ids, id="a")["socket"] is None' \
	'one(ids, id="a")["available"] and one(ids, id="a")["fault"] is None' \
	"one(ids, id='a')['keys'] == [{'fingerprint': '$(ssh-keygen -lf a.pem.pub | cut -d ' ' -f 2)',
		'type': 'ssh-ed25519', 'bits': 256, 'comment': 'me\\x1b[2J'}]" \
	'one(ids, id="a")["signatures"] == 3' \
	'one(ids, id="a")["failures"] == 0' \
	'one(ids, id="a")["signatures_left"] == 7' \
	'3500 < one(ids, id="a")["seconds_left"] <= 3600' \
	'one(ids, id="a")["refusals"]["total"] == 3' \
	'one(ids, id="a")["refusals"]["reasons"][0] == {"reason": "a build may not change the agent", "count": 2}' \
	'one(ids, id="a")["refusals"]["reasons"][1]["count"] == 1' \
	'len(one(ids, id="a")["refusals"]["reasons"]) == 2' \
	'one(ids, id="a")["agent_connections"] == 2' \
	'0 < one(ids, id="a")["total_ms"]["p50"] <= one(ids, id="a")["total_ms"]["p99"]' \
	'one(ids, id="a")["total_ms"]["p99"] <= one(ids, id="a")["total_ms"]["max"] < 60000' \
	'0 < one(ids, id="a")["upstream_ms"]["p50"] <= one(ids, id="a")["upstream_ms"]["max"]' \
	'one(ids, id="a")["upstream_ms"]["max"] <= one(ids, id="a")["total_ms"]["max"]' \
	'one(ids, id="b")["kind"] == "agent"' \
	"one(ids, id='b')['socket'] == '$REAL_AGENT'" \
	'one(ids, id="b")["files"] == []' \
	"one(ids, id='b')['keys'] == [{'fingerprint': '$(ssh-keygen -lf c.pem.pub | cut -d ' ' -f 2)',
		'type': 'ssh-rsa', 'bits': 2048, 'comment': 'three'}]" \
	'one(ids, id="b")["signatures"] == 0 and one(ids, id="b")["total_ms"] is None' \
	'one(ids, id="b")["refusals"]["total"] == 1' \
	'one(ids, id="b")["signatures_left"] is None and one(ids, id="b")["seconds_left"] is None' \
	'one(ids, id="b")["agent_connections"] == 2' \
	'one(ids, id="b")["upstream_connections"] == 1' \
	'agent_connections == 4' \
	'one(links, token="run")["agent_connections"] == 2' \
	'one(links, token="ci")["agent_connections"] == 1' \
	'all(link["logged_in"] and link["peer"].startswith("127.0.0.1:") for link in links)' \
	'one(links, token="ci")["link"] > one(links, token="run")["link"] > 0' \
	'all(daemon["started"] <= link["since"] <= time and 0 <= link["seconds"] < 60 for link in links)' \
	'local_connections[0]["id"] == "b"' \
	"local_connections[0]['peer'].startswith('uid=$(id -u),pid=')" \
	'daemon["started"] <= local_connections[0]["since"] and 0 <= local_connections[0]["seconds"] < 60' \
	'refusals["reasons"] == [{"reason": "a login was refused", "count": 1}]' \
	"one(listeners, kind='links') == {'kind': 'links', 'where': '$CONNECT', 'id': None,
		'interface': None, 'needs_token': True}" \
	"one(listeners, kind='agent', id='a')['where'] == '$(id_socket a)'" \
	'one(listeners, kind="control")["where"].endswith("/control.sock")' \
	'audit["log"].endswith("audit.log") and audit["mode"] == "best-effort" and audit["fault"] is None' \
	'audit["lost"] == audit["omitted"] == 0' \
	"secrets == [{'secret': 'npmrc', 'path': '$PWD/npmrc'}, {'secret': 'variable', 'path': None}]"
# Lines are written in a thread. One of the start, seven of requests, three of links and a login, three of tokens made;
# none of our looking on.
status_is 'audit["waiting"] == 0' 'audit["written"] == 14'
[ "$(wc -l <audit.log)" -eq 14 ] || fail "not as many lines as are said to be written: $(cat audit.log)"
status_is_documented
! grep -E -e 'sfa1_' -e never-to-be-seen -e "$(cut -d ' ' -f 2 a.pem.pub | cut -c 30-60)" status.json ||
	fail 'a secret is in the status'

kill "$ci_pid"
status_is 'link_count == 1' '[link["token"] for link in links] == ["run"]' 'agent_connections == 3' \
	'one(ids, id="b")["agent_connections"] == 1'

# A connection ends, and its link stays.
# shellcheck disable=SC2016 # the shell of the build's
SSH_SHIM_TOKEN=$build "$SHIM" --connect "$CONNECT" --id a -- \
	sh -c '"$0" - hold 1 >held.log & echo $! >holder; exec sleep 60' "$RAW_AGENT" >shim.log 2>&1 &
build_pid=$!
await_line held.log '^held$'
status_is 'one(links, token="build")["agent_connections"] == 1' 'one(ids, id="a")["agent_connections"] == 3'
kill "$(cat holder)"
status_is 'one(links, token="build")["agent_connections"] == 0' 'one(ids, id="a")["agent_connections"] == 2'
kill -USR1 "$DAEMON_PID"
status_is 'one(ids, id="a")["keys"] == []'
kill -TERM "$build_pid" # which passes it on
wait "$build_pid" || true
daemon_stop
