#!/bin/sh
# SPDX-License-Identifier: MIT
# In docker-compose.yml each service is given its own settings, all of them, and no others. No port is published but that
# of the sandbox's chat page, on this machine alone.
# usage: check_compose.sh GATEWAY WORKER
set -eu
cd "$(dirname "$0")/../.."
status=0

given() { # service: the names under its `environment:`
    awk -v service="  $1:" '
    $0 == service { inside = 1; next }
    inside && /^  [^ ]/ { inside = 0 }
    inside && /^ +- [A-Z_]+(=.*)?$/ { sub(/^ +- /, ""); sub(/=.*/, ""); print }
    ' docker-compose.yml | sort
}

known() { # program: the names it prints, less those that make no sense in a container
    "$1" --help | sed -n 's/^\([A-Z_]*\)=.*/\1/p' | sort
}

compare() { # service program
    known "$2" >"$folder/known"
    given "$1" >"$folder/given"
    diff "$folder/known" "$folder/given" || {
        echo "    -> docker-compose.yml: the environment of $1 (>) must be the settings of $1 (<)"
        status=1
    }
}

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
compare gateway "$1"
compare worker "$2"
published=$(awk '/^  [a-z-]+:$/ { service = $1 } /^ +ports:/ { print service, $2 }' docker-compose.yml)
case $published in
'telegram-sim: ["127.0.0.1:'*) ;;
*)
    printf '%s\n    -> docker-compose.yml: only telegram-sim has ports, and on 127.0.0.1\n' "$published"
    status=1
    ;;
esac
exit $status
