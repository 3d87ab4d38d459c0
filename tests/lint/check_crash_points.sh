#!/bin/sh
# SPDX-License-Identifier: MIT
# The crash points that the code passes are those of the table in shared/base/crash_point.h, each in one place.
#
# usage: check_crash_points.sh                  compares the code with the table
#        check_crash_points.sh PROGRAM...       these programs, which ship, have none
set -eu
cd "$(dirname "$0")/../.."

names() { # macro, files: the names it is given
    macro=$1
    shift
    cat "$@" | sed -n "s/.*\b$macro(\"\([a-z_.]*\)\").*/\1/p" | sort
}

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
names POINT shared/base/crash_point.h >"$folder/table"

if [ $# -gt 0 ]; then
    for program in "$@"; do
        if strings "$program" | grep -xF -e CRASH_AT -e CRASH_ON_TEXT -f "$folder/table"; then
            echo "    -> $program: built with CRASH_POINTS, which must not ship"
            exit 1
        fi
    done
    exit 0
fi
git ls-files 'gateway/*.c' 'worker/*.c' 'shared/*.c' >"$folder/files"
xargs cat <"$folder/files" >"$folder/code"
names CRASH_POINT "$folder/code" >"$folder/used"
diff "$folder/table" "$folder/used" || {
    echo '    -> each name of the table (<) must be passed (>) at exactly one place'
    exit 1
}
