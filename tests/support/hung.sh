# shellcheck shell=bash
#
# hung.sh - a file system of the host that answers nothing, in ./hung, over what is there. To be sourced after agentd.sh
# or reload.sh, and before anything else is done: the test goes on in a mount namespace of its own.
#
#   hang_begin            from now on it answers nothing
#   await_hung            wait until a thread of the daemon waits for it
#   hang_end              whoever waits gets an error, and what is beneath is there again

[ "$(id -u)" -eq 0 ] || skip 'only root can mount a file system that hangs'
[ -w /dev/fuse ] || skip 'there is no /dev/fuse for a file system that hangs'
[ "${1:-}" = inside ] || exec unshare -m "$0" inside

_hung_pid=''

hang_begin()
{
	"$HANG_DIRECTORY" hung >hang.log &
	_hung_pid=$!
	await_line hang.log '^hung$'
}

await_hung()
{
	until cat /proc/"$DAEMON_PID"/task/*/wchan | grep fuse >/dev/null; do sleep 0.02; done
}

hang_end()
{
	kill "$_hung_pid"
	wait "$_hung_pid" || true
	until umount hung 2>/dev/null; do sleep 0.02; done # a thread is on its way out of it
}
