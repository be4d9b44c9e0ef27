# shellcheck shell=bash
#
# tiny_image.sh - images of almost nothing, imported from tars made here. Source e2e.sh first.
#
#   tiny_scratch NAME      the released /ssh-shim, and /agent_client, static: a list request
#   tiny_musl NAME         the same, musl, and busybox as every program
#   server_start ARG...    a container of the image ssh-forward-agent, with options of docker run,
#                          "ssh-forward-agent" and those of the daemon; waits until it listens; sets
#                          SERVER and its SERVER_ADDRESS, exports its SSH_SHIM_TOKEN

# shellcheck disable=SC2034 # for the tests
SERVER='' SERVER_ADDRESS=''

tiny_scratch()
{
	mkdir -p "$1"
	install -m 755 -- "$SFA_RELEASE/shim/ssh-shim" "$SFA_BUILD_DIR/tests/support/agent_client_static" "$1"
	mv "$1/agent_client_static" "$1/agent_client"
	_tiny_import "$1"
}

tiny_musl()
{
	local applet

	mkdir -p "$1"/{bin,lib,tmp,etc}
	cp -L /bin/busybox "$1/bin/busybox"
	for applet in $(/bin/busybox --list | grep -vx busybox); do
		ln -sf busybox "$1/bin/$applet"
	done
	cp -a /lib/*-linux-musl "$1/lib"
	cp -a /lib/ld-musl-* "$1/lib"
	tiny_scratch "$1"
}

_tiny_import()
{
	tar -C "$1" --owner=0 --group=0 -c . | engine_docker import - "$1" >/dev/null
	IMAGES+=("$1")
}

server_start()
{
	local token

	container_start "$@"
	SERVER=${CONTAINERS[-1]}
	container_await_log "$SERVER" 'export SSH_FORWARD_AGENTD_PID'
	token=$(engine_docker logs "$SERVER" 2>/dev/null | sed -n 's/^export SSH_SHIM_TOKEN=\(.*\);$/\1/p')
	[[ $token == sfa1_* ]] || fail 'the server printed no token'
	export SSH_SHIM_TOKEN=$token
	SERVER_ADDRESS=$(engine_docker inspect \
		-f '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}' "$SERVER")
}
