/* SPDX-License-Identifier: MIT */
/* stuck: what is stuck, since when, why, and what to type next. */
#include "deploy/queuectl/cell.h"
#include "deploy/queuectl/look.h"
#include "deploy/queuectl/verb_functions.h"
#include "shared/base/compiler.h"

#include <stdio.h>

static const struct column COLUMNS[] = {
    {"cause", NULL, CELL_TEXT},   {"severity", NULL, CELL_TEXT}, {"since_ms", NULL, CELL_TIME},
    {"age_ms", NULL, CELL_AGE},   {"subject", NULL, CELL_TEXT},  {"what", NULL, CELL_TEXT},
    {"command", NULL, CELL_TEXT},
};

static const struct column LINES[] = {{"text", NULL, CELL_TEXT}};

static const char *severity_name(enum stuck_cause cause)
{
    return stuck_cause_severity(cause) == STUCK_CRITICAL ? "critical" : "warning";
}

static void put_row(struct session *session, const struct stuck_finding *finding, int64_t now_ms)
{
    struct listing *listing = session->listing;

    listing_text(listing, stuck_cause_name(finding->cause));
    listing_text(listing, severity_name(finding->cause));
    if (finding->since_ms > 0) {
        listing_number(listing, finding->since_ms);
        listing_number(listing, now_ms - finding->since_ms);
    } else {
        listing_none(listing);
        listing_none(listing);
    }
    listing_text(listing, finding->subject);
    listing_text(listing, finding->what);
    listing_text(listing, finding->command);
    listing_row(listing);
}

static void put_line(struct session *session, const char *text, enum tone tone)
{
    listing_text(session->listing, text);
    listing_tone(session->listing, tone);
    listing_row(session->listing);
}

/* Three lines: what it is called and since when, the sentence, the command. */
static void put_lines(struct session *session, const struct stuck_finding *finding, int64_t now_ms)
{
    bool critical = stuck_cause_severity(finding->cause) == STUCK_CRITICAL;
    struct buf line;

    buf_init(&line, 2048);
    buf_addf(&line, "%s %s, %s", critical ? "CRITICAL" : "WARNING",
             stuck_cause_name(finding->cause), finding->subject);
    if (finding->since_ms > 0) {
        buf_addf(&line, ", since ");
        cell_time(&line, finding->since_ms, options_has(session->options, OPTION_UTC));
        buf_addf(&line, " (");
        cell_age(&line, now_ms - finding->since_ms);
        buf_addf(&line, ")");
    }
    put_line(session, buf_text(&line), critical ? TONE_BAD : TONE_WARN);
    buf_free(&line);
    buf_addf(&line, "  %s", finding->what);
    put_line(session, buf_text(&line), TONE_PLAIN);
    buf_free(&line);
    buf_addf(&line, "  $ %s", finding->command);
    put_line(session, buf_text(&line), TONE_GOOD);
    buf_free(&line);
}

enum ending verb_stuck(struct session *session, struct err *err)
{
    struct look *look = look_new(session, err);
    bool json = listing_is_json(session->listing);

    if (!look) {
        return ENDING_FAILED;
    }
    listing_begin(session->listing, session->schema, json ? COLUMNS : LINES,
                  json ? ARRAY_LEN(COLUMNS) : ARRAY_LEN(LINES));
    for (size_t i = 0; i < look->findings.count; i++) {
        if (json) {
            put_row(session, &look->findings.rows[i], look->survey.now_ms);
        } else {
            put_lines(session, &look->findings.rows[i], look->survey.now_ms);
        }
    }
    if (look->findings.left_out > 0) {
        listing_note(session->listing, "and %zu more", look->findings.left_out);
    }
    if (look->findings.count == 0) {
        listing_note(session->listing, "nothing is stuck");
    }
    look_free(look);
    return ENDING_OK;
}
