# SPDX-License-Identifier: MIT
# Completion of queuectl for bash; printed by queuectl --print-completion bash.
_queuectl() {
    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}
    local verb='' second='' own='' seconds='' i
    case $before in
    --redis) COMPREPLY=(); return ;;
    --prefix) COMPREPLY=(); return ;;
    --data) mapfile -t COMPREPLY < <(compgen -d -- "$word"); return ;;
    --timeout) COMPREPLY=(); return ;;
    --why) COMPREPLY=(); return ;;
    --who) COMPREPLY=(); return ;;
    --print-completion) mapfile -t COMPREPLY < <(compgen -W "bash zsh" -- "$word"); return ;;
    --reason) COMPREPLY=(); return ;;
    --older) COMPREPLY=(); return ;;
    --kind) mapfile -t COMPREPLY < <(compgen -W "message callback member request reply" -- "$word"); return ;;
    --match) COMPREPLY=(); return ;;
    --wait) COMPREPLY=(); return ;;
    --watch) COMPREPLY=(); return ;;
    --warn) COMPREPLY=(); return ;;
    --crit) COMPREPLY=(); return ;;
    --textfile) mapfile -t COMPREPLY < <(compgen -f -- "$word"); return ;;
    --chat) COMPREPLY=(); return ;;
    --lines) COMPREPLY=(); return ;;
    esac
    for ((i = 1; i < COMP_CWORD; i++)); do
        case ${COMP_WORDS[i]} in
        -*) ;;
        *) if [ -z "$verb" ]; then verb=${COMP_WORDS[i]}; elif [ -z "$second" ]; then second=${COMP_WORDS[i]}; fi ;;
        esac
    done
    case $verb in
    dead) seconds='ls show retry drop' ;;
    consumers) seconds='ls rm' ;;
    limits) seconds='get set clear' ;;
    unknown) seconds='ls settle' ;;
    esac
    [ -n "$seconds" ] || second=''
    case "$verb $second" in
    'ls ') own='' ;;
    'stats ') own='--watch' ;;
    'stuck ') own='--older' ;;
    'check ') own='--older --warn --crit' ;;
    'show ') own='' ;;
    'trace ') own='' ;;
    'tail ') own='--follow --chat --kind --lines' ;;
    'retry ') own='' ;;
    'drop ') own='--reason' ;;
    'release ') own='' ;;
    'cancel ') own='--reason' ;;
    'dead ls') own='--older --kind --match' ;;
    'dead show') own='' ;;
    'dead retry') own='--older --kind --match --all' ;;
    'dead drop') own='--older --kind --match --all --reason' ;;
    'pause ') own='' ;;
    'resume ') own='' ;;
    'drain ') own='--wait' ;;
    'consumers ls') own='' ;;
    'consumers rm') own='' ;;
    'limits get') own='' ;;
    'limits set') own='' ;;
    'limits clear') own='' ;;
    'unknown ls') own='' ;;
    'unknown settle') own='' ;;
    'fsck ') own='--repair' ;;
    'metrics ') own='--textfile' ;;
    'doctor ') own='' ;;
    esac
    if [[ $word == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$own --redis --prefix --data --json --no-color --utc --timeout --texts --yes --dry-run --why --who --help --version --print-completion --print-man" -- "$word")
    elif [ -z "$verb" ]; then
        mapfile -t COMPREPLY < <(compgen -W 'ls stats stuck check show trace tail retry drop release cancel dead pause resume drain consumers limits unknown fsck metrics doctor' -- "$word")
    elif [ -n "$seconds" ] && [ -z "$second" ]; then
        mapfile -t COMPREPLY < <(compgen -W "$seconds" -- "$word")
    else
        COMPREPLY=()
    fi
}
complete -F _queuectl queuectl
