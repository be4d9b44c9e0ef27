# shellcheck shell=bash
#
# e2e.sh - what end-to-end tests are made of.
# shellcheck disable=SC2034 # the variables are for the tests
#
# The fixture (tests/e2e/fixture) has started an engine and a git server and made the images
# ssh-forward-agent, of Dockerfile.server; sfa-e2e: Debian, git, that image's ssh-shim and the git
# server's host key; and sfa-e2e-sanitized, the same with the shim built with sanitizers. A test runs
# in a directory of its own.
#
#   e2e_begin                 first call of every test
#   key_make FILE [ARG...]    a key (ssh-keygen's arguments) that the git server knows
#   agent_start KEY...        a running ssh-agent holding these; exports SSH_AUTH_SOCK
#   daemon ARG...             start the daemon (see daemon.sh)
#   dockerfile LINE...        write ./context/Dockerfile: FROM $E2E_IMAGE (sfa-e2e unless set)
#                             and these lines
#   build [ARG...]            docker build of ./context as $IMAGE; its output is ./build.log;
#                             set BUILDER to legacy or buildkit
#   build_fails [ARG...]      the same, and it must fail
#   container ARG...          docker run --rm
#   container_start ARG...    docker run --detach; adds to $CONTAINERS, removed at the end
#   container_await_log ID REGEX
#   network NAME ARG...       docker network create; removed at the end
#   tiny_scratch, tiny_musl, server_start    see tiny_image.sh
#   expect_words FILE WORD... each must be in FILE, in whatever case
#   key_is_found KEY WHERE... what find-key says of an (unencrypted) key; fails if it cannot look
#   expect_secret             the repository that $IMAGE holds in /repo is the private one

_e2e_support=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
for _e2e_part in verdict engine base_image sandbox git_server daemon image tiny_image; do
	. "$_e2e_support/$_e2e_part.sh"
done

readonly E2E_DEADLINE_S=30

BUILDER=${BUILDER:-legacy}
E2E_IMAGE=${E2E_IMAGE:-sfa-e2e}
TEST_DIR='' IMAGE='' REPO='' CONTAINERS=() IMAGES=() NETWORKS=()
_e2e_agent_pid=''

e2e_begin()
{
	local image_name=${0##*/}

	[ -s "${SFA_E2E_STATE:?run this through ctest}" ] ||
		skip 'no Docker engine: see the output of e2e.fixture_setup'
	. "$SFA_E2E_STATE"
	TEST_DIR=$(mktemp -d "${TMPDIR:-/tmp}/sfa-e2e.XXXXXX")
	trap _e2e_end EXIT
	cd "$TEST_DIR" || exit
	mkdir context
	IMAGE=sfa-e2e-${image_name%.sh}
	REPO=git@$GIT_SERVER_ADDRESS:org/repo.git
	[ -z "$ENGINE_HOST" ] || export DOCKER_HOST=$ENGINE_HOST
	unset SSH_AUTH_SOCK SSH_AGENT_PID SSH_SHIM_TOKEN SSH_SHIM_CONNECT SSH_SHIM_ID
}

_e2e_end()
{
	local status=${1:-$?}

	trap - EXIT
	[ "$status" -eq 0 ] || [ "$status" -eq "$SKIP_STATUS" ] || _e2e_show_logs >&2
	daemon_kill
	[ -z "$_e2e_agent_pid" ] || kill "$_e2e_agent_pid" 2>/dev/null || true
	[ ${#CONTAINERS[@]} -eq 0 ] ||
		engine_docker rm --force --volumes "${CONTAINERS[@]}" >/dev/null 2>&1 || true
	engine_docker rmi --force "$IMAGE" "${IMAGES[@]}" >/dev/null 2>&1 || true
	git_server_leave
	[ ${#NETWORKS[@]} -eq 0 ] || engine_docker network rm "${NETWORKS[@]}" >/dev/null 2>&1 || true
	cd /
	rm -rf -- "$TEST_DIR"
	exit "$status"
}

_e2e_show_logs()
{
	local log

	for log in "$TEST_DIR"/*.log "$TEST_DIR"/daemon.*/log; do
		[ ! -s "$log" ] || printf -- '--- %s\n%s\n' "${log#"$TEST_DIR"/}" "$(tail -n 40 "$log")"
	done
}

key_make()
{
	local file=$1

	shift
	[ $# -gt 0 ] || set -- -t ed25519
	ssh-keygen -q -N '' -C "$file" -f "$file" "$@"
	git_server_authorize "$file.pub"
}

agent_start()
{
	SSH_AUTH_SOCK=$TEST_DIR/agent.sock
	export SSH_AUTH_SOCK
	ssh-agent -D -a "$SSH_AUTH_SOCK" >/dev/null 2>&1 &
	_e2e_agent_pid=$!
	until [ -S "$SSH_AUTH_SOCK" ]; do
		[ -d "/proc/$_e2e_agent_pid" ] || fail 'ssh-agent did not start'
		sleep 0.02
	done
	ssh-add -q "$@" </dev/null 2>ssh-add.log
}

daemon()
{
	local dir

	dir=$(mktemp -d "$TEST_DIR/daemon.XXX")
	daemon_start "$dir" "$@"
}

dockerfile()
{
	printf '%s\n' "FROM $E2E_IMAGE" "$@" >context/Dockerfile
}

build()
{
	_e2e_build "$@" || fail 'docker build failed'
}

build_fails()
{
	! _e2e_build "$@" || fail 'the build was to fail'
}

_e2e_build()
{
	local buildkit=0 progress=()

	if [ "$BUILDER" = buildkit ]; then
		buildkit=1 progress=(--progress plain)
	fi
	DOCKER_BUILDKIT=$buildkit engine_docker build --no-cache --force-rm "${progress[@]}" \
		--tag "$IMAGE" "$@" context >build.log 2>&1 </dev/null
}

container()
{
	engine_docker run --rm "$@"
}

container_start()
{
	CONTAINERS+=("$(engine_docker run --detach "$@")")
}

network()
{
	engine_docker network create "${@:2}" "$1" >/dev/null
	NETWORKS+=("$1")
}

container_await_log()
{
	local deadline=$((SECONDS + E2E_DEADLINE_S))

	until engine_docker logs "$1" 2>&1 | grep -E -- "$2" >/dev/null; do
		[ "$SECONDS" -lt "$deadline" ] ||
			fail "the container did not say '$2': $(engine_docker logs "$1" 2>&1)"
		sleep 0.05
	done
}

key_is_found()
{
	local status=0

	"$_e2e_support/find-key" "$@" >found.log || status=$?
	[ "$status" -lt 2 ] || fail "could not look for $1"
	return "$status"
}

expect_words()
{
	local file=$1 word

	shift
	for word; do
		grep -qiF -- "$word" "$file" || fail "'$word' is not in $file: $(cat "$file")"
	done
}

expect_secret()
{
	[ "$(container "$IMAGE" cat /repo/SECRET)" = "$GIT_SERVER_CONTENT" ] ||
		fail 'the image does not hold the private repository'
}

expect_equal()
{
	[ "$1" = "$2" ] || fail "${3:-values differ}: '$1', expected '$2'"
}
