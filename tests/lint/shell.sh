#!/usr/bin/env bash
#
# Shell scripts pass shellcheck; and none pipes into a reader that stops early (grep -q): the writer would die
# of SIGPIPE now and then, which pipefail makes the end of the script.
set -euo pipefail
. "$(dirname "$0")/../support/verdict.sh"
cd "$(dirname "$0")/../.."

need_program shellcheck
! git grep -nE '(^|[^|])\| *grep +-[a-zA-Z]*q' -- '*.sh' scripts bench/run ||
	fail 'a pipe into grep -q; let grep read all of it: grep ... >/dev/null'
{
	git ls-files '*.sh'
	git grep -lE '^#!.*\b(ba|da)?sh$'
} | sort -u | xargs -d '\n' -n 12 -P "$(nproc)" shellcheck
