#!/bin/bash
# SPDX-License-Identifier: MIT
# Every program that ships has what cmake/hardening.cmake asks for. Not stripped: how each file was compiled is in what -g
# leaves.
#
# usage: check_hardening.sh PROGRAM...
set -euo pipefail

status=0
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

complain() {
    printf '%s: %s\n' "$program" "$1"
    status=1
}

must() { # what is wrong without it, command...
    local what=$1
    shift
    "$@" || complain "$what"
}

must_not() { # what is wrong with it, command...
    local what=$1
    shift
    ! "$@" || complain "$what"
}

has() { grep -qE -- "$2" "$folder/$1"; }

[ $# -gt 0 ]
for program in "$@"; do
    readelf -W --file-header "$program" >"$folder/header"
    readelf -W --program-headers "$program" >"$folder/segments"
    readelf -W --dynamic "$program" >"$folder/dynamic"
    readelf -W --dyn-syms "$program" >"$folder/symbols"
    readelf --debug-dump=info --dwarf-depth=1 "$program" 2>/dev/null | sed -n 's/.*DW_AT_producer *: *//p' >"$folder/compiled"
    grep -v -- -fstack-clash-protection "$folder/compiled" >"$folder/no_clash" || true
    must 'not position independent (-pie)' has header 'Type: +DYN '
    must 'no RELRO' has segments '^ *GNU_RELRO '
    must 'symbols are bound late (-z now)' has dynamic '\(FLAGS_1\).*\bNOW\b'
    must 'the stack is executable' has segments '^ *GNU_STACK .* RW '
    must_not 'a segment is writable and executable' has segments '^ *LOAD .* RWE '
    must_not 'code is changed when it is loaded' has dynamic '\(TEXTREL\)'
    must_not 'brings its own path of libraries' has dynamic '\((RPATH|RUNPATH)\)'
    must 'no FORTIFY_SOURCE' has symbols ' __[a-z]+_chk(@| |$)'
    must 'no stack protector' has symbols ' __stack_chk_fail(@| |$)'
    must 'cannot tell how it was compiled: stripped, or without -g' test -s "$folder/compiled"
    must "without stack clash protection: $(head -n 1 "$folder/no_clash")" test ! -s "$folder/no_clash"
    if has header 'Machine: .*X86-64'; then # what may be jumped to is marked, of which main() is an example
        objdump --disassemble=main --no-show-raw-insn "$program" >"$folder/main"
        must 'no marks where indirect jumps may land (-fcf-protection)' has main 'endbr64'
    fi
done
exit $status
