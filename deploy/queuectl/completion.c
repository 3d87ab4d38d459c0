/* SPDX-License-Identifier: MIT */
#include "deploy/queuectl/help.h"

#include <string.h>

/* True when an earlier row has the same name: those with second words come one after the other. */
static bool is_named_before(size_t index)
{
    return index > 0 && strcmp(VERBS[index].name, VERBS[index - 1].name) == 0;
}

static void add_names(struct buf *out)
{
    for (size_t i = 0; i < VERB_COUNT; i++) {
        if (!is_named_before(i)) {
            buf_addf(out, "%s%s", i == 0 ? "" : " ", VERBS[i].name);
        }
    }
}

/* The second words of the name of row `index`. */
static void add_seconds(size_t index, struct buf *out)
{
    for (size_t i = index; i < VERB_COUNT && strcmp(VERBS[i].name, VERBS[index].name) == 0; i++) {
        buf_addf(out, "%s%s", i == index ? "" : " ", VERBS[i].second ? VERBS[i].second : "");
    }
}

/* Names of the options of every verb, or of one. */
static void add_common_options(struct buf *out)
{
    for (int i = OPTION_NONE + 1; i < OPTION_FIRST_OWN; i++) {
        buf_addf(out, "%s%s", i == OPTION_NONE + 1 ? "" : " ", option_spec((enum option)i)->name);
    }
}

static void add_own_options(const struct verb *verb, struct buf *out)
{
    for (size_t i = 0; i < VERB_OPTIONS_MAX && verb->options[i] != OPTION_NONE; i++) {
        buf_addf(out, "%s%s", i == 0 ? "" : " ", option_spec(verb->options[i])->name);
    }
}

/* ---- bash ---- */

/* What follows an option that takes a value. */
static void add_bash_values(struct buf *out)
{
    for (int i = OPTION_NONE + 1; i < OPTION_COUNT; i++) {
        const struct option_spec *spec = option_spec((enum option)i);

        if (!spec->value) {
            continue;
        }
        buf_addf(out, "    %s) ", spec->name);
        if (!spec->one_of) {
            buf_addf(out, "COMPREPLY=()");
        } else if (strcmp(spec->one_of, "<folder>") == 0) {
            buf_addf(out, "mapfile -t COMPREPLY < <(compgen -d -- \"$word\")");
        } else if (strcmp(spec->one_of, "<file>") == 0) {
            buf_addf(out, "mapfile -t COMPREPLY < <(compgen -f -- \"$word\")");
        } else {
            buf_addf(out, "mapfile -t COMPREPLY < <(compgen -W \"%s\" -- \"$word\")", spec->one_of);
        }
        buf_addf(out, "; return ;;\n");
    }
}

static void add_bash_verbs(struct buf *out)
{
    for (size_t i = 0; i < VERB_COUNT; i++) {
        const struct verb *verb = &VERBS[i];

        buf_addf(out, "    '%s %s') own='", verb->name, verb->second ? verb->second : "");
        add_own_options(verb, out);
        buf_addf(out, "' ;;\n");
    }
}

static void add_bash_seconds(struct buf *out)
{
    for (size_t i = 0; i < VERB_COUNT; i++) {
        if (VERBS[i].second && !is_named_before(i)) {
            buf_addf(out, "    %s) seconds='", VERBS[i].name);
            add_seconds(i, out);
            buf_addf(out, "' ;;\n");
        }
    }
}

void help_bash(struct buf *out)
{
    buf_addf(out,
             "# SPDX-License-Identifier: MIT\n"
             "# Completion of queuectl for bash; printed by queuectl --print-completion bash.\n"
             "_queuectl() {\n"
             "    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}\n"
             "    local verb='' second='' own='' seconds='' i\n"
             "    case $before in\n");
    add_bash_values(out);
    buf_addf(
        out,
        "    esac\n"
        "    for ((i = 1; i < COMP_CWORD; i++)); do\n"
        "        case ${COMP_WORDS[i]} in\n"
        "        -*) ;;\n"
        "        *) if [ -z \"$verb\" ]; then verb=${COMP_WORDS[i]}; elif [ -z \"$second\" ]; then"
        " second=${COMP_WORDS[i]}; fi ;;\n"
        "        esac\n"
        "    done\n"
        "    case $verb in\n");
    add_bash_seconds(out);
    buf_addf(out,
             "    esac\n"
             "    [ -n \"$seconds\" ] || second=''\n"
             "    case \"$verb $second\" in\n");
    add_bash_verbs(out);
    buf_addf(out,
             "    esac\n"
             "    if [[ $word == -* ]]; then\n"
             "        mapfile -t COMPREPLY < <(compgen -W \"$own ");
    add_common_options(out);
    buf_addf(out,
             "\" -- \"$word\")\n"
             "    elif [ -z \"$verb\" ]; then\n"
             "        mapfile -t COMPREPLY < <(compgen -W '");
    add_names(out);
    buf_addf(out,
             "' -- \"$word\")\n"
             "    elif [ -n \"$seconds\" ] && [ -z \"$second\" ]; then\n"
             "        mapfile -t COMPREPLY < <(compgen -W \"$seconds\" -- \"$word\")\n"
             "    else\n"
             "        COMPREPLY=()\n"
             "    fi\n"
             "}\n"
             "complete -F _queuectl queuectl\n");
}

/* ---- zsh ---- */

/* Text between '...' and [...] of a specification. */
static void add_zsh_text(const char *text, struct buf *out)
{
    for (const char *c = text; *c != '\0'; c++) {
        if (*c == '\'') {
            buf_addf(out, "'\\''");
        } else if (*c == '[' || *c == ']' || *c == ':' || *c == '\\') {
            buf_addf(out, "\\%c", *c);
        } else {
            buf_add(out, c, 1);
        }
    }
}

static void add_zsh_option(enum option option, struct buf *out)
{
    const struct option_spec *spec = option_spec(option);

    buf_addf(out, "        '%s[", spec->name);
    add_zsh_text(spec->help, out);
    buf_addf(out, "]");
    if (spec->value) {
        buf_addf(out, ":%s:", spec->value);
    }
    if (spec->one_of && strcmp(spec->one_of, "<folder>") == 0) {
        buf_addf(out, "_files -/");
    } else if (spec->one_of && strcmp(spec->one_of, "<file>") == 0) {
        buf_addf(out, "_files");
    } else if (spec->one_of) {
        buf_addf(out, "(%s)", spec->one_of);
    }
    buf_addf(out, "'\n");
}

void help_zsh(struct buf *out)
{
    buf_addf(out,
             "#compdef queuectl\n"
             "# SPDX-License-Identifier: MIT\n"
             "# Completion of queuectl for zsh; printed by queuectl --print-completion zsh.\n"
             "_queuectl() {\n"
             "    local -a verbs\n"
             "    verbs=(\n");
    for (size_t i = 0; i < VERB_COUNT; i++) {
        if (!is_named_before(i)) {
            buf_addf(out, "        '%s:", VERBS[i].name);
            add_zsh_text(VERBS[i].help, out);
            buf_addf(out, "'\n");
        }
    }
    buf_addf(out,
             "    )\n"
             "    local -a options\n"
             "    options=(\n");
    for (int i = OPTION_NONE + 1; i < OPTION_COUNT; i++) {
        add_zsh_option((enum option)i, out);
    }
    buf_addf(out,
             "    )\n"
             "    _arguments -S \"${options[@]}\" '1:verb:->verb' '2:word:->second' '*:argument:'\n"
             "    case $state in\n"
             "    verb) _describe verb verbs ;;\n"
             "    second)\n"
             "        case $words[2] in\n");
    for (size_t i = 0; i < VERB_COUNT; i++) {
        if (VERBS[i].second && !is_named_before(i)) {
            buf_addf(out, "        %s) compadd ", VERBS[i].name);
            add_seconds(i, out);
            buf_addf(out, " ;;\n");
        }
    }
    buf_addf(out,
             "        esac ;;\n"
             "    esac\n"
             "}\n"
             "_queuectl \"$@\"\n");
}
