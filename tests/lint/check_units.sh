#!/bin/sh
# SPDX-License-Identifier: MIT
# The systemd units leave a program less than 2.0 of systemd-analyze's exposure; each hands its service all the secrets that
# the service has, as files that nobody else is handed and that are made when the package is installed.
# usage: check_units.sh FOLDER GATEWAY WORKER, where FOLDER has the units and tmpfiles.conf as they are installed
set -eu
cd "$(dirname "$0")/../.."
made=$1
status=0

complain() {
    printf '    -> %s\n' "$1"
    status=1
}

for unit in "$made"/*.service; do
    systemd-analyze security --offline=yes --no-pager --threshold=19 "$unit" >"$made/exposure" || {
        grep -E 'Overall|✗' "$made/exposure" || true
        complain "$unit: exposure must be below 2.0"
    }
done

secrets() { # program
    "$1" --help | sed -n 's/.*; or \([A-Z_]*_FILE\).*/\1/p'
}

check_secrets() { # program, unit
    for name in $(secrets "$1"); do
        grep -q "^Environment=$name=%d/" "$2" || complain "$2: $name must be handed over by LoadCredential"
    done
}

check_secrets "$2" "$made/beget-manager-gateway.service"
check_secrets "$3" "$made/beget-manager-worker.service"
files=$(sed -n 's/^LoadCredential=[^:]*://p' "$made"/*.service | sort)
for file in $files; do
    grep -q "^f $file " "$made/tmpfiles.conf" || complain "tmpfiles.conf.in: $file is missing"
done
[ -z "$(echo "$files" | uniq -d)" ] || complain "two services are handed $(echo "$files" | uniq -d)"
exit $status
