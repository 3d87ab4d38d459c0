#!/bin/sh
# SPDX-License-Identifier: MIT
# Fails when a file of the repository speaks of something other than the product: work left for later, paths of
# somebody's machine, hosts of package registries. In brackets, so that the patterns do not find themselves. Corpora of
# the fuzz targets are bytes, not text.
set -eu
cd "$(dirname "$0")/../.."
status=0

refuse() { # pattern reason
    hits=$(git ls-files -z --cached --others --exclude-standard -- ':!tests/fuzz/corpus' -- ':!tests/fuzz/corpus' | xargs -0 grep -nIE "$1" /dev/null || true)
    if [ -n "$hits" ]; then
        printf '%s\n    -> %s\n' "$hits" "$2"
        status=1
    fi
}

refuse '\b(T[O]DO|F[I]XME|X[X]X|H[A]CK)\b' 'finish it, or describe the limit as a fact'
refuse '(^|[^A-Za-z0-9_.$}/])/(r[o]ot|h[o]me|w[o]rk|Us[e]rs)/' 'a path of one machine'
refuse '(deb\.d[e]bian|snapshot\.d[e]bian|registry\.n[p]mjs|pypi\.o[r]g|proxy\.g[o]lang|docker\.i[o]/)' \
    'name packages, not the hosts they come from'
refuse '[[:space:]]$' 'white space at the end of a line'
exit $status
