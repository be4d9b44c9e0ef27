#!/usr/bin/env bash
#
# C sources are formatted as .clang-format says: `make format` makes it so.
set -euo pipefail
. "$(dirname "$0")/../support/verdict.sh"
cd "$(dirname "$0")/../.."

need_program clang-format
git ls-files -z '*.c' '*.h' | xargs -0 clang-format --dry-run -Werror
