/* SPDX-License-Identifier: MIT */
#include "deploy/queuectl/help.h"

#include <stdio.h>
#include <string.h>

enum { NAME_WIDTH = 24, TABLE_MAX_BYTES = 16384 };

static const char *const INTRODUCTION =
    "queuectl shows the queue of the bot and what is stuck in it, and frees it.\n"
    "It talks to the Redis of REDIS_URL, which it finds where the services find it: in the\n"
    "environment, in the file that REDIS_URL_FILE names, or in .env. A password never belongs in "
    "a\n"
    "command line, where every user of the host can read it.\n";

static const char *const ENDINGS =
    "Exit codes: 0 done, 1 wrong usage or settings, 2 not found, 3 Redis cannot be asked,\n"
    "4 refused (nothing has changed), 5 done in part. `check` ends as monitors expect it:\n"
    "0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN.\n";

static void add_name(const struct verb *verb, struct buf *out)
{
    buf_addf(out, "%s%s%s", verb->name, verb->second ? " " : "", verb->second ? verb->second : "");
}

/* "-w, --watch TIME" */
static void add_option(enum option option, struct buf *out)
{
    const struct option_spec *spec = option_spec(option);

    if (spec->letter != '\0') {
        buf_addf(out, "-%c, ", spec->letter);
    }
    buf_addf(out, "%s", spec->name);
    if (spec->value) {
        buf_addf(out, " %s", spec->value);
    }
}

void help_usage(const struct verb *verb, struct buf *out)
{
    buf_addf(out, "queuectl ");
    add_name(verb, out);
    buf_addf(out, "%s%s", verb->arguments ? " " : "", verb->arguments ? verb->arguments : "");
    for (size_t i = 0; i < VERB_OPTIONS_MAX && verb->options[i] != OPTION_NONE; i++) {
        const struct option_spec *spec = option_spec(verb->options[i]);

        buf_addf(out, " [%s%s%s]", spec->name, spec->value ? " " : "",
                 spec->value ? spec->value : "");
    }
    if (verb->changes) {
        buf_addf(out, " --why TEXT [--yes | --dry-run]");
    }
}

/* A line of two columns: what is in `left`, which is emptied, and its help. */
static void add_line(struct buf *left, const char *help, struct buf *out)
{
    if (left->len > NAME_WIDTH) { /* it has a line of its own */
        buf_addf(out, "  %s\n", buf_text(left));
        buf_free(left);
    }
    buf_addf(out, "  %-*s %s\n", NAME_WIDTH, buf_text(left), help);
    buf_free(left);
}

static void add_options_help(const enum option options[], size_t most, struct buf *out)
{
    struct buf left;

    buf_init(&left, 256);
    for (size_t i = 0; i < most && options[i] != OPTION_NONE; i++) {
        add_option(options[i], &left);
        add_line(&left, option_spec(options[i])->help, out);
    }
}

void help_all(struct buf *out)
{
    struct buf left;

    buf_addf(out, "usage: queuectl VERB [ARGUMENT...] [OPTION...]\n\n%s\n", INTRODUCTION);
    buf_init(&left, 256);
    for (size_t i = 0; i < VERB_COUNT; i++) {
        add_name(&VERBS[i], &left);
        if (VERBS[i].arguments) {
            buf_addf(&left, " %s", VERBS[i].arguments);
        }
        add_line(&left, VERBS[i].help, out);
    }
    buf_addf(out, "\nOptions of every verb:\n");
    for (int i = OPTION_NONE + 1; i < OPTION_FIRST_OWN; i++) {
        add_options_help(&(const enum option){(enum option)i}, 1, out);
    }
    buf_addf(out, "\n%s", ENDINGS);
}

void help_verb(const struct verb *verb, struct buf *out)
{
    static const enum option OF_CHANGES[] = {OPTION_YES, OPTION_DRY_RUN, OPTION_WHY, OPTION_WHO};

    buf_addf(out, "usage: ");
    help_usage(verb, out);
    buf_addf(out, "\n\n%s\n", verb->help);
    if (verb->more) {
        buf_addf(out, "%s\n", verb->more);
    }
    if (verb->table) {
        verb->table(out);
    }
    if (verb->options[0] != OPTION_NONE || verb->changes) {
        buf_addf(out, "\n");
    }
    add_options_help(verb->options, VERB_OPTIONS_MAX, out);
    if (verb->changes) {
        add_options_help(OF_CHANGES, sizeof(OF_CHANGES) / sizeof(OF_CHANGES[0]), out);
    }
}

/* ---- the man page ---- */

/* Text for man(7): "-" stays what it is, "\" and a leading "." mean nothing. */
static void add_roff(const char *text, struct buf *out)
{
    for (const char *c = text; *c != '\0'; c++) {
        if (*c == '\\') {
            buf_addf(out, "\\e");
        } else if (*c == '-') {
            buf_addf(out, "\\-");
        } else if ((*c == '.' || *c == '\'') && (c == text || c[-1] == '\n')) {
            buf_addf(out, "\\&%c", *c);
        } else {
            buf_add(out, c, 1);
        }
    }
}

static void add_man_option(enum option option, struct buf *out)
{
    struct buf left;

    buf_init(&left, 256);
    add_option(option, &left);
    buf_addf(out, ".TP\n.B ");
    add_roff(buf_text(&left), out);
    buf_addf(out, "\n");
    add_roff(option_spec(option)->help, out);
    buf_addf(out, ".\n");
    buf_free(&left);
}

/* Lines as they are. */
static void add_man_table(const struct verb *verb, struct buf *out)
{
    struct buf lines;

    buf_init(&lines, TABLE_MAX_BYTES);
    verb->table(&lines);
    buf_addf(out, ".nf\n");
    add_roff(buf_text(&lines), out);
    buf_addf(out, ".fi\n");
    buf_free(&lines);
}

static void add_man_verb(const struct verb *verb, struct buf *out)
{
    struct buf usage;

    buf_init(&usage, 1024);
    help_usage(verb, &usage);
    buf_addf(out, ".SS ");
    add_roff(buf_text(&usage) + strlen("queuectl "), out);
    buf_addf(out, "\n");
    add_roff(verb->help, out);
    buf_addf(out, ".\n");
    if (verb->more) {
        add_roff(verb->more, out);
        buf_addf(out, "\n");
    }
    if (verb->table) {
        add_man_table(verb, out);
    }
    for (size_t i = 0; i < VERB_OPTIONS_MAX && verb->options[i] != OPTION_NONE; i++) {
        add_man_option(verb->options[i], out);
    }
    buf_free(&usage);
}

void help_man(struct buf *out)
{
    buf_addf(
        out,
        ".TH QUEUECTL 1 \"\" \"Beget Manager\" \"\"\n"
        ".SH NAME\nqueuectl \\- show what is stuck in the queue of Beget Manager, and free it\n"
        ".SH SYNOPSIS\n.B queuectl\n.I VERB\n[\\fIARGUMENT\\fR...] [\\fIOPTION\\fR...]\n"
        ".SH DESCRIPTION\n");
    add_roff(INTRODUCTION, out);
    buf_addf(out, ".SH VERBS\n");
    for (size_t i = 0; i < VERB_COUNT; i++) {
        add_man_verb(&VERBS[i], out);
    }
    buf_addf(out, ".SH OPTIONS\n");
    for (int i = OPTION_NONE + 1; i < OPTION_FIRST_OWN; i++) {
        add_man_option((enum option)i, out);
    }
    buf_addf(out, ".SH EXIT STATUS\n");
    add_roff(ENDINGS, out);
    buf_addf(out, ".SH ENVIRONMENT\n.B REDIS_URL, QUEUE_PREFIX, DATA_DIR, BEGET_LOGIN\n");
    buf_addf(out, "are those of the services.\n.B NO_COLOR\nof any value: no colours.\n");
}
