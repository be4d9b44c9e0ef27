# bash completion of ssh-forward-agentd                                    -*- shell-script -*-
# shellcheck shell=bash

_ssh_forward_agentd()
{
	local cur=${COMP_WORDS[COMP_CWORD]} previous="" command="" suffix="" words i

	COMPREPLY=()
	((COMP_CWORD < 1)) || previous=${COMP_WORDS[COMP_CWORD - 1]}
	for ((i = 1; i < COMP_CWORD; i++)); do
		case ${COMP_WORDS[i]} in
		--)
			# From here on it is another command's line.
			declare -F _command_offset >/dev/null && _command_offset $((i + 1))
			return
			;;
		token | revoke | ping | status) ((i > 1)) || command=${COMP_WORDS[i]} ;;
		esac
	done
	case $previous in
	--known-hosts | --passphrase-file | --token-file | --config | --audit-log)
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		compopt -o filenames 2>/dev/null
		return
		;;
	--log-level) words='error warn info debug' ;;
	--log-format) words='text json' ;;
	--audit) words='best-effort required' ;;
	--listen) words="auto unix: $(command ls /sys/class/net 2>/dev/null)" ;;
	--limit)
		words='links links-per-address connections-per-link upstream-per-id login-seconds
			failed-logins-per-minute request-seconds sign-seconds confirm-seconds
			confirm-prompts confirm-queue confirm-logins confirm-refusals secret-bytes secrets-per-link secret-stall-seconds'
		suffix='='
		;;
	--key | --agent | --ssh | --secret | --allow | --id | --expires | --max-signatures | --name | --port)
		return
		;;
	*)
		case $command in
		token) words='--id --secret --expires --max-signatures --name --token-file --port --help' ;;
		status) words='--json --watch --help' ;;
		revoke | ping) words='--help' ;;
		*)
			words='--key --agent --ssh --secret --known-hosts --passphrase-file --listen
				--trust-network --discoverable --allow --token-file --config --test
				--fork --log-level --log-format --audit-log --audit --limit --help --version'
			((COMP_CWORD > 1)) || words+=" token revoke ping status"
			;;
		esac
		;;
	esac
	mapfile -t COMPREPLY < <(compgen -S "$suffix" -W "$words" -- "$cur")
	[ -z "$suffix" ] || compopt -o nospace 2>/dev/null
	return 0
}

complete -F _ssh_forward_agentd ssh-forward-agentd
