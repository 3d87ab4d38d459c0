#!/bin/sh
# SPDX-License-Identifier: MIT
# The man page and the completions of queuectl are what it prints from its table of verbs.
#
# usage: check_queuectl.sh QUEUECTL            compares deploy/queuectl/{queuectl.1,queuectl.bash,_queuectl} with it
#        check_queuectl.sh --write QUEUECTL    makes them anew
set -eu
cd "$(dirname "$0")/../.."
write=false
if [ "$1" = --write ]; then
    write=true
    shift
fi
status=0
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

check() { # file, words of queuectl...
    file=$1
    shift
    "$@" >"$folder/$file"
    if $write; then
        cp "$folder/$file" "deploy/queuectl/$file"
    elif ! diff -u "deploy/queuectl/$file" "$folder/$file"; then
        status=1
    fi
}

check queuectl.1 "$1" --print-man
check queuectl.bash "$1" --print-completion bash
check _queuectl "$1" --print-completion zsh
[ $status = 0 ] || echo '    -> make them anew: tests/lint/check_queuectl.sh --write build/dev/bin/queuectl' >&2
exit $status
