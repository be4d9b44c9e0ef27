# bash completion of ssh-shim                                              -*- shell-script -*-
# shellcheck shell=bash

_ssh_shim()
{
	local cur=${COMP_WORDS[COMP_CWORD]} previous="" words i

	COMPREPLY=()
	((COMP_CWORD < 1)) || previous=${COMP_WORDS[COMP_CWORD - 1]}
	for ((i = 1; i < COMP_CWORD; i++)); do
		[ "${COMP_WORDS[i]}" = -- ] || continue
		# From here on it is another command's line.
		declare -F _command_offset >/dev/null && _command_offset $((i + 1))
		return
	done
	case $previous in
	--token-file)
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		compopt -o filenames 2>/dev/null
		return
		;;
	--connect) words='auto unix: host.docker.internal host.containers.internal' ;;
	--id | --wait | --secret | --owner | --mode) return ;;
	*)
		words='--id --connect --discover --token-file --wait --optional --check
			--no-ssh-wrapper --secret --secrets-on-disk --owner --mode --quiet --verbose
			--help --version --'
		;;
	esac
	mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
	return 0
}

complete -F _ssh_shim ssh-shim
