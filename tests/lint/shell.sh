#!/usr/bin/env bash
#
# Shell scripts pass shellcheck.
set -euo pipefail
. "$(dirname "$0")/../support/verdict.sh"
cd "$(dirname "$0")/../.."

need_program shellcheck
{
	git ls-files '*.sh'
	git grep -lE '^#!.*\b(ba|da)?sh$'
} | sort -u | xargs -d '\n' -n 12 -P "$(nproc)" shellcheck
