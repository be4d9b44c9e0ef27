#!/usr/bin/env bash
#
# docs/recipes/swarm.md, on a swarm of two nodes: three replicas share the secrets of the swarm, and each honours every
# token; builds on both nodes and a job of the swarm clone through them. Then fifty shims at once clone on and on, while
# one replica is killed and another vanishes: no clone fails that began afterwards, in whatever shim; of those in flight
# none but those over a link that the shim's log says was lost, and these within half a minute. A revoked token is
# good nowhere.
set -euo pipefail
. "$(dirname "$0")/../support/e2e.sh"
. "$(dirname "$0")/../support/page.sh"
. "$(dirname "$0")/../support/swarm.sh"
e2e_begin
readonly STACK=$_page_docs/../packaging/swarm/stack.yml SHIMS_OF_A_BUILDER=10 FRESH_SHIMS=10 DEADLINE_S=120
readonly BUILDERS=(1 2 1 2 1) # the node of each
readonly SHIMS=$((${#BUILDERS[@]} * SHIMS_OF_A_BUILDER))

swarm_start
page_programs
page_read recipes/swarm.md
export DOCKER_HOST=${SWARM_HOSTS[1]}
REPO=git@$SWARM_GIT_SERVER:org/repo.git

engine_docker save ssh-forward-agent >server.tar
images_load()
{
	engine_docker load --quiet --input server.tar >/dev/null
	base_image_import sfa-e2e-base
}
swarm_nodes images_load
key_make deploy_key
sed "s/^$GIT_SERVER_ADDRESS /$SWARM_GIT_SERVER /" "$GIT_SERVER_KNOWN_HOSTS" >known_hosts
cp "$STACK" .

page_run token
other=$(ssh-forward-agentd token --token-file token-secret --port 2522 --name other)
page_run deploy
agentd=ssh-forward-agent_agentd

# docker_on N ARG...
docker_on()
{
	swarm_on "$1" engine_docker "${@:2}"
}

await()
{
	local what=$1 deadline=$((SECONDS + DEADLINE_S))

	shift
	until "$@"; do
		[ "$SECONDS" -lt "$deadline" ] || fail "this did not come: $what; $(docker service ps --no-trunc "$agentd")"
		sleep 0.2
	done
}

all_run()
{
	[ "$(docker service ls --filter "name=$agentd" --format '{{.Replicas}}')" = 3/3 ]
}
await 'three replicas' all_run

# Builds on both nodes.
page_dockerfile dockerfile
build_on()
{
	(cd context && DOCKER_HOST=${SWARM_HOSTS[$1]} bash -ec "$(cat ../commands.build)") >"build$1.log" 2>&1 </dev/null ||
		fail "node $1 does not build: $(tail -n 5 "build$1.log")"
	expect_equal "$(docker_on "$1" run --rm "$IMAGE" cat /app/SECRET)" "$GIT_SERVER_CONTENT" "what node $1 has cloned"
}
page_commands build | sed 's, token), ../token),' >commands.build
build_on 1 &
build1=$!
build_on 2
wait "$build1" || fail 'node 1 does not build'

page_commands job | sed "s,git@github\\.com:org/app,${REPO%.git}," >commands.job
bash -ec "$(cat commands.job)" >job.log 2>&1 </dev/null || fail 'the job does not end well'
docker service logs --raw fetch 2>&1 | grep -P '\trefs/heads/main$' >/dev/null || fail 'the job fetched nothing'

# The builders, each a container of a node.
cat >clone <<'END'
#!/bin/bash
# clone N REPO CONTENT: once in each phase; each as "N START END STATUS"
phase=0
until [ -e /work/stop ]; do
	read -r now </work/phase
	if [ "$now" = "$phase" ]; then
		read -rt 0.2 <>/work/pause || continue
	fi
	start=$EPOCHREALTIME status=0 phase=$now
	git clone --quiet "$2" "/tmp/$1" 2>>"/work/git.$1.log" || status=$?
	[ "$status" -ne 0 ] || [ "$(cat "/tmp/$1/SECRET")" = "$3" ] || status=content
	echo "$1 $start $EPOCHREALTIME $status" >>/work/clones
	rm -rf "/tmp/$1"
done
END
cat >builder <<'END'
#!/bin/bash
# builder FIRST LAST COMMAND...: a shim for each number from FIRST to LAST
for ((n = $1; n <= $2; n++)); do
	{
		status=0
		ssh-shim --verbose --connect agentd --wait 30 -- "${@:3:1}" "$n" "${@:4}" 2>"/work/shim.$n.log" || status=$?
		echo "$n $status" >>/work/ended
	} &
done
wait
END
mkdir work
chmod 755 clone builder
cp clone builder work
: >work/clones
: >work/ended
mkfifo work/pause # nothing comes
phase()
{
	echo "$1" >phase
	mv phase work/phase
}
phase 1
in_builder=(--network builds --volume "$PWD/work:/work" --env "SSH_SHIM_TOKEN=$(cat token)" "$IMAGE")

# The name leads builds to the replicas that run, and to no other: the nodes tell each other in a while.
named_are_the_running()
{
	local node id

	swarm_on 1 container "${in_builder[@]}" getent ahostsv4 agentd | sed -n 's/ *STREAM.*//p' | sort -u >addresses
	for node in 1 2; do
		docker_on "$node" ps --quiet --filter "label=com.docker.swarm.service.name=$agentd" | sed "s/^/$node /"
	done >running
	while read -r node id; do
		docker_on "$node" inspect --format '{{.NetworkSettings.Networks.builds.IPAddress}}' "$id" </dev/null
	done <running | sort >addresses.running
	[ "$(wc -l <running)" -eq 3 ] && cmp -s addresses addresses.running
}

# Every replica honours every token.
await 'the name of three replicas' named_are_the_running
# shellcheck disable=SC2016 # the container's
swarm_on 1 container "${in_builder[@]}" sh -ec '
	for token in "$SSH_SHIM_TOKEN" "$1"; do
		for address in $2; do
			SSH_SHIM_TOKEN=$token ssh-shim --connect "$address" -- git ls-remote "$0" >&2
			echo "$address"
		done
	done' "$REPO" "$other" "$(paste -s -d ' ' addresses)" >honoured 2>honour.log || fail 'a replica honours not every token'
expect_equal "$(sort honoured | uniq -c | awk '{ print $1 }' | paste -s -d ' ')" '2 2 2' 'tokens that each replica honours'

mapfile -t replicas <running # "NODE ID"

for n in "${!BUILDERS[@]}"; do
	docker_on "${BUILDERS[n]}" run --detach --name "builder$n" "${in_builder[@]}" /work/builder \
		$((n * SHIMS_OF_A_BUILDER)) $(((n + 1) * SHIMS_OF_A_BUILDER - 1)) /work/clone "$REPO" "$GIT_SERVER_CONTENT" >/dev/null &
done

# that_many_since N TIME: so many shims have ended a clone that began then or later.
that_many_since()
{
	[ "$(awk -v "since=$2" '$2 > since { print $1 }' work/clones | sort -u | wc -l)" -ge "$1" ]
}

# Numbers of the shims whose log has such a line.
shims_that_say()
{
	grep -rlE --include 'shim.*.log' -- "$1" work | sed -E 's,.*\.([0-9]+)\..*,\1,' || true
}

all_linked()
{
	[ "$(shims_that_say 'daemon found at agentd:2522' | wc -l)" -eq "$SHIMS" ]
}

await 'fifty shims with links' all_linked
await 'a clone, while others are under way' that_many_since 1 0

read -r node id <<<"${replicas[2]}"
killing=$EPOCHREALTIME
docker_on "$node" kill --signal KILL "$id" >/dev/null
killed=$EPOCHREALTIME
phase 2
await 'a further clone of each shim, after one replica was killed' that_many_since "$SHIMS" "$killed"
shims_that_say 'the link to agentd:2522 was lost' >lost.killed

read -r node id <<<"${replicas[1]}"
address=$(docker_on "$node" inspect --format '{{.NetworkSettings.Networks.builds.IPAddress}}' "$id")
phase 3
await 'a clone, while others are under way' that_many_since 1 "$EPOCHREALTIME"
cutting=$EPOCHREALTIME
swarm_cut "$node" "$id"
cut=$EPOCHREALTIME
phase 4
docker_on 1 exec builder0 getent ahostsv4 agentd | grep "^$address " >/dev/null || fail 'the name does not lead to the dead any more'
# shellcheck disable=SC2016 # the container's
docker_on 1 exec builder0 bash -c '
	for ((n = 0; n < $0; n++)); do
		{
			ssh-shim --verbose --connect agentd --wait 30 -- git clone --quiet "$1" "/fresh.$n" && cat "/fresh.$n/SECRET"
		} 2>"/work/fresh.$n.log" &
	done
	wait' "$FRESH_SHIMS" "$REPO" >fresh
expect_equal "$(grep -cxF "$GIT_SERVER_CONTENT" fresh)" "$FRESH_SHIMS" 'builds that began after a replica had vanished'
await 'a further clone of each shim, after another replica vanished' that_many_since "$SHIMS" "$cut"
shims_that_say 'the link to agentd:2522 was lost' >lost

touch work/stop
for n in "${!BUILDERS[@]}"; do
	expect_equal "$(docker_on "${BUILDERS[n]}" wait "builder$n")" 0 'exit status of a builder'
done
expect_equal "$(awk '$2 == 0' work/ended | wc -l)" "$SHIMS" 'shims that ended with 0'

# Each clone, by when it was: between the moments before and after a loss it may have been in flight.
awk -v "a=$killing" -v "b=$killed" -v "c=$cutting" -v "d=$cut" '
	NR == FNR { lost[$1] = 1; next }
	{ in_flight = ($2 <= b && $3 >= a) || ($2 <= d && $3 >= c); count++ }
	in_flight { flying++ }
	in_flight && $4 != 0 { failed++; late = $3 - ($3 < c ? b : d); if (late > most) most = late }
	$4 != 0 && !(in_flight && $1 in lost) { print "wrong:", $0; wrong++ }
	$2 > b && $2 < c { after_kill++ }
	$2 > d { after_cut++ }
	END {
		printf "clones=%d in_flight=%d failed=%d latest_s=%d after_kill=%d after_cut=%d wrong=%d\n",
			count, flying, failed, most, after_kill, after_cut, wrong
	}' lost work/clones >clones.log
cat clones.log
counted()
{
	sed -nE "s/.*\\b$1=([0-9]+).*/\\1/p" clones.log
}
expect_equal "$(counted wrong)" 0 'clones that failed, and were not in flight over a lost link'
for what in in_flight after_kill after_cut; do
	[ "$(counted "$what")" -ge "$SHIMS" ] || fail "there were too few clones $what"
done
[ "$(counted latest_s)" -le 30 ] || fail 'what was in flight hung'

# Both losses hit somebody, and who was hit has a link again.
printf 'links lost: %d when one was killed, %d in all\n' "$(wc -l <lost.killed)" "$(grep -hc 'was lost: ' work/shim.*.log | paste -s -d + | bc)"
[ -s lost.killed ] || fail 'nobody had a link to the replica that was killed'
grep -hE 'was lost: .*timed out' work/shim.*.log >/dev/null || fail 'nobody had a link to the replica that vanished'
while read -r n; do
	expect_equal "$(grep -c 'the link to agentd:2522 is back' "work/shim.$n.log")" \
		"$(grep -c 'the link to agentd:2522 was lost: ' "work/shim.$n.log")" "links made again by shim $n"
done <lost

page_commands revoke | sed 's/service update/& --update-parallelism 0 --update-monitor 1s/' >commands.revoke
bash -ec "$(cat commands.revoke)" >revoke.log 2>&1 </dev/null || fail 'the service is not updated'
await 'the name of three new replicas' named_are_the_running
while read -r address; do
	! swarm_on 1 container "${in_builder[@]}" ssh-shim --connect "$address" -- true 2>revoked.log || fail "$address honours a revoked token"
	expect_words revoked.log revoked
	swarm_on 1 container "${in_builder[@]}" env "SSH_SHIM_TOKEN=$other" ssh-shim --connect "$address" -- git ls-remote "$REPO" >heads ||
		fail 'another token was revoked, too'
done <addresses
