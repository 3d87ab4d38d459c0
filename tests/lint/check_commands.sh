#!/bin/sh
# SPDX-License-Identifier: MIT
# The tables of docs/commands.md are what the worker walks, as print-commands prints them.
#
# usage: check_commands.sh PRINT_COMMANDS            compares docs/commands.md with it
#        check_commands.sh --write PRINT_COMMANDS    makes the tables of docs/commands.md anew
set -eu
cd "$(dirname "$0")/../.."
write=false
if [ "$1" = --write ]; then
    write=true
    shift
fi

expected=$(mktemp)
trap 'rm -f "$expected"' EXIT
"$1" <docs/commands.md >"$expected"
if $write; then
    cat "$expected" >docs/commands.md
    exit 0
fi
diff -u docs/commands.md "$expected" || {
    echo '    -> make it anew: tests/lint/check_commands.sh --write build/dev/bin/print-commands' >&2
    exit 1
}
