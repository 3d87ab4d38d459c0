#!/bin/sh
# SPDX-License-Identifier: MIT
# In docker-compose.yml each service is given its own settings, all of them, and no others. No port is published but those
# of the sandbox's chat page and of monitoring, on this machine alone.
# usage: check_compose.sh GATEWAY WORKER
set -eu
cd "$(dirname "$0")/../.."
status=0

given() { # service: the names under its `environment:`, a file for a setting is that setting
    awk -v service="  $1:" '
    $0 == service { inside = 1; next }
    inside && /^  [^ ]/ { inside = 0 }
    inside && /^ +- [A-Z_]+(=.*)?$/ { sub(/^ +- /, ""); sub(/=.*/, ""); sub(/_FILE$/, ""); print }
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
awk '
/^  [a-z-]+:$/ { service = $1 }
/^ +ports:/ && (service !~ /^(telegram-sim|prometheus|grafana):$/ || $0 !~ /ports: \["127\.0\.0\.1:[^,]*"\]$/) { print service, $0 }
' docker-compose.yml >"$folder/published"
if [ -s "$folder/published" ]; then
    cat "$folder/published"
    echo "    -> docker-compose.yml: only telegram-sim, prometheus and grafana have a port, and on 127.0.0.1"
    status=1
fi
exit $status
