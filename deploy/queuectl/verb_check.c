/* SPDX-License-Identifier: MIT */
/* check: one line and an exit code, for monitors. */
#include "deploy/queuectl/look.h"
#include "deploy/queuectl/thresholds.h"
#include "deploy/queuectl/verb_functions.h"
#include "shared/base/compiler.h"
#include "shared/base/mem.h"

#include <stdlib.h>

enum { LINE_MAX_BYTES = 128 * 1024 };

static const struct column LINE_COLUMNS[] = {
    {"state", NULL, CELL_TEXT},
    {"exit_code", NULL, CELL_NUMBER},
    {"text", NULL, CELL_TEXT},
};

static const struct column FIGURE_COLUMNS[] = {
    {"name", NULL, CELL_TEXT},   {"unit", NULL, CELL_TEXT},   {"value", NULL, CELL_NUMBER},
    {"warn", NULL, CELL_NUMBER}, {"crit", NULL, CELL_NUMBER}, {"state", NULL, CELL_TEXT},
};

static void put_limit(struct listing *listing, int64_t limit)
{
    if (limit == THRESHOLD_OFF) {
        listing_none(listing);
    } else {
        listing_number(listing, limit);
    }
}

/* Programs get each figure as a row, too. */
static void put_figures(struct session *session, const struct look *look,
                        const struct threshold_limits limits[])
{
    listing_begin(session->listing, "check-figure", FIGURE_COLUMNS, ARRAY_LEN(FIGURE_COLUMNS));
    for (size_t i = 0; i < THRESHOLD_COUNT; i++) {
        int64_t value = threshold_value(&THRESHOLDS[i], look);

        listing_text(session->listing, THRESHOLDS[i].name);
        listing_text(session->listing, THRESHOLDS[i].unit);
        listing_number(session->listing, value);
        put_limit(session->listing, limits[i].warn);
        put_limit(session->listing, limits[i].crit);
        listing_text(session->listing,
                     check_ending_name(threshold_judge(&THRESHOLDS[i], &limits[i], value)));
        listing_row(session->listing);
    }
}

static enum ending put_line(struct session *session, enum check_ending ending, const char *text)
{
    listing_begin(session->listing, session->schema, LINE_COLUMNS, ARRAY_LEN(LINE_COLUMNS));
    listing_text(session->listing, check_ending_name(ending));
    listing_number(session->listing, ending);
    listing_text(session->listing, text);
    listing_row(session->listing);
    return (enum ending)ending;
}

/* A bot whose Redis cannot be asked answers nobody: that is critical, and no failure of queuectl.
 */
static enum ending say_no_redis(struct session *session, struct err *err)
{
    struct buf line;
    enum ending ending;

    buf_init(&line, LINE_MAX_BYTES);
    buf_addf(&line, "CRITICAL: %s", err->message);
    ending = put_line(session, CHECK_CRITICAL, buf_text(&line));
    buf_free(&line);
    *err = ERR_INIT;
    return ending;
}

enum ending verb_check(struct session *session, struct err *err)
{
    struct threshold_limits *limits = xcalloc(THRESHOLD_COUNT, sizeof(*limits));
    enum ending ending = ENDING_USAGE;
    struct look *look = NULL;
    struct buf line;

    if (thresholds_read(session->options, limits, err)) {
        look = look_new(session, err);
        if (!look) {
            ending = say_no_redis(session, err);
        }
    }
    if (look) {
        enum check_ending worst;

        buf_init(&line, LINE_MAX_BYTES);
        worst = thresholds_print(look, limits, &line);
        if (listing_is_json(session->listing)) {
            put_figures(session, look, limits);
        }
        ending = put_line(session, worst, buf_text(&line));
        buf_free(&line);
    }
    look_free(look);
    free(limits);
    return ending;
}
