/* SPDX-License-Identifier: MIT */
#include "deploy/queuectl/thresholds.h"

#include "deploy/queuectl/cell.h"
#include "shared/ops/readings.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { REACHED_MAX_BYTES = 65536 };

/* ---- what is compared ---- */

static int64_t count_severity(const struct look *look, enum stuck_severity severity)
{
    int64_t count = 0;

    for (size_t i = 0; i < look->findings.count; i++) {
        count += stuck_cause_severity(look->findings.rows[i].cause) == severity;
    }
    return count;
}

static int64_t critical(const struct look *look)
{
    return count_severity(look, STUCK_CRITICAL);
}

static int64_t stuck(const struct look *look)
{
    return count_severity(look, STUCK_WARNING);
}

/* clang-format off */
const struct threshold THRESHOLDS[] = {
    {"critical", "",  THRESHOLD_OFF, 1,             false, NULL,                      critical, "what keeps people from getting answers, see queuectl stuck"},
    {"stuck",    "",  1,             THRESHOLD_OFF, false, NULL,                      stuck,    "what else is stuck"},
    {"waiting",  "",  50,            500,           false, reading_waiting,           NULL,     "updates that wait"},
    {"oldest",   "s", 60,            300,           false, reading_oldest_waiting_ms, NULL,     "since when the oldest of them waits"},
    {"inflight", "",  THRESHOLD_OFF, THRESHOLD_OFF, false, reading_running,           NULL,     "updates at work"},
    {"running",  "s", 120,           600,           false, reading_oldest_running_ms, NULL,     "since when the oldest of them is there"},
    {"parked",   "",  THRESHOLD_OFF, THRESHOLD_OFF, false, reading_parked,            NULL,     "updates behind another one of their chat"},
    {"replies",  "",  100,           1000,          false, reading_replies,           NULL,     "replies that are not delivered"},
    {"reply",    "s", 120,           600,           false, reading_oldest_reply_ms,   NULL,     "since when the oldest of them waits"},
    {"events",   "",  10000,         100000,        false, reading_events,            NULL,     "events that are not in every bot.db"},
    {"dead",     "",  1,             100,           false, reading_dead,              NULL,     "dead letters"},
    {"unknown",  "",  1,             10,            false, reading_unknown,           NULL,     "outcomes that nobody knows"},
    {"workers",  "",  THRESHOLD_OFF, 1,             true,  reading_workers,           NULL,     "workers that are heard from, at least"},
    {"gateways", "",  THRESHOLD_OFF, 1,             true,  reading_gateways,          NULL,     "gateways that are heard from, at least"},
    {"memory",   "%", 75,            90,            false, reading_memory_percent,    NULL,     "of the memory that Redis may use"},
};
/* clang-format on */

const size_t THRESHOLD_COUNT = sizeof(THRESHOLDS) / sizeof(THRESHOLDS[0]);

int64_t threshold_value(const struct threshold *threshold, const struct look *look)
{
    int64_t value = threshold->count ? threshold->count(look) : threshold->reading(&look->survey);

    return strcmp(threshold->unit, "s") == 0 ? value / 1000 : value;
}

/* ---- limits ---- */

static void add_default(int64_t limit, const char *unit, struct buf *out)
{
    char text[32];

    (void)snprintf(text, sizeof(text), "%" PRId64 "%s", limit, unit);
    buf_addf(out, " %8s", limit == THRESHOLD_OFF ? "off" : text);
}

void thresholds_help(struct buf *out)
{
    buf_addf(out, "  %-10s %8s %8s\n", "NAME", "warn", "crit");
    for (size_t i = 0; i < THRESHOLD_COUNT; i++) {
        const struct threshold *row = &THRESHOLDS[i];

        buf_addf(out, "  %-10s", row->name);
        add_default(row->warn, row->unit, out);
        add_default(row->crit, row->unit, out);
        buf_addf(out, "  %s\n", row->help);
    }
}

static bool read_value(const struct threshold *row, const char *text, int64_t *out)
{
    char *end;
    intmax_t number;
    int64_t ms;

    if (strcmp(text, "off") == 0) {
        *out = THRESHOLD_OFF;
        return true;
    }
    if (strcmp(row->unit, "s") == 0) {
        if (!duration_read(text, &ms)) {
            return false;
        }
        *out = ms / 1000;
        return true;
    }
    errno = 0;
    number = strtoimax(text, &end, 10);
    if (errno != 0 || *text < '0' || *text > '9' || (*end != '\0' && strcmp(end, row->unit) != 0)) {
        return false;
    }
    *out = (int64_t)number;
    return true;
}

static bool read_one(const struct option_given *given, struct threshold_limits out[],
                     struct err *err)
{
    size_t len = strcspn(given->value, "=");
    const char *value = given->value[len] == '=' ? given->value + len + 1 : "";

    for (size_t i = 0; i < THRESHOLD_COUNT; i++) {
        const struct threshold *row = &THRESHOLDS[i];

        if (strlen(row->name) == len && strncmp(row->name, given->value, len) == 0) {
            return read_value(row, value,
                              given->option == OPTION_WARN ? &out[i].warn : &out[i].crit) ||
                   err_set(err, ERR_REJECT, "%.60s: a number%s, or off", given->value,
                           strcmp(row->unit, "s") == 0 ? " of seconds, or 5m, 2h" : "");
        }
    }
    return err_set(err, ERR_REJECT, "%.60s: nothing of that name is checked, see check --help",
                   given->value);
}

bool thresholds_read(const struct options *options, struct threshold_limits out[], struct err *err)
{
    for (size_t i = 0; i < THRESHOLD_COUNT; i++) {
        out[i] = (struct threshold_limits){THRESHOLDS[i].warn, THRESHOLDS[i].crit};
    }
    for (size_t i = 0; i < options->given_count; i++) {
        bool is_limit =
            options->given[i].option == OPTION_WARN || options->given[i].option == OPTION_CRIT;

        if (is_limit && !read_one(&options->given[i], out, err)) {
            return false;
        }
    }
    return true;
}

/* ---- judging ---- */

static bool is_reached(const struct threshold *threshold, int64_t limit, int64_t value)
{
    return limit != THRESHOLD_OFF && (threshold->least ? value < limit : value >= limit);
}

enum check_ending threshold_judge(const struct threshold *threshold,
                                  const struct threshold_limits *limits, int64_t value)
{
    if (is_reached(threshold, limits->crit, value)) {
        return CHECK_CRITICAL;
    }
    return is_reached(threshold, limits->warn, value) ? CHECK_WARNING : CHECK_OK;
}

const char *check_ending_name(enum check_ending ending)
{
    static const char *const NAMES[] = {
        [CHECK_OK] = "OK",
        [CHECK_WARNING] = "WARNING",
        [CHECK_CRITICAL] = "CRITICAL",
        [CHECK_UNKNOWN] = "UNKNOWN",
    };

    return NAMES[ending];
}

/* ---- the line ---- */

/* The first finding of that severity, or NULL. */
static const struct stuck_finding *first_of(const struct look *look, enum stuck_severity severity)
{
    for (size_t i = 0; i < look->findings.count; i++) {
        if (stuck_cause_severity(look->findings.rows[i].cause) == severity) {
            return &look->findings.rows[i];
        }
    }
    return NULL;
}

/* "|" begins the figures. */
static void add_without_bar(const char *text, struct buf *out)
{
    for (const char *c = text; *c != '\0'; c++) {
        buf_add(out, *c == '|' ? "/" : c, 1);
    }
}

/* The sentence of the first finding of that severity; the others are counted. */
static void add_findings(const struct look *look, enum stuck_severity severity, int64_t count,
                         struct buf *out)
{
    const struct stuck_finding *finding = first_of(look, severity);
    struct buf what;

    if (finding) {
        buf_init(&what, 4096);
        cell_harmless(&what, finding->what);
        buf_addf(out, "%s: ", stuck_cause_name(finding->cause));
        add_without_bar(buf_text(&what), out);
        buf_free(&what);
    }
    if (count > 1) {
        buf_addf(out, " and %" PRId64 " more", count - 1);
    }
}

static void add_reached(const struct look *look, const struct threshold *row,
                        const struct threshold_limits *limits, int64_t value,
                        enum check_ending ending, struct buf *out)
{
    int64_t limit = ending == CHECK_CRITICAL ? limits->crit : limits->warn;

    if (row->count) {
        add_findings(look, row->count == critical ? STUCK_CRITICAL : STUCK_WARNING, value, out);
        return;
    }
    buf_addf(out, "%s %" PRId64 "%s (%s %" PRId64 "%s)", row->name, value, row->unit,
             row->least ? "below" : "from", limit, row->unit);
}

static void add_limit(int64_t limit, bool least, struct buf *out)
{
    buf_addf(out, ";");
    if (limit != THRESHOLD_OFF) {
        buf_addf(out, "%" PRId64 "%s", limit, least ? ":" : "");
    }
}

/* "waiting=17;50;200" */
static void add_figure(const struct threshold *row, const struct threshold_limits *limits,
                       int64_t value, struct buf *out)
{
    buf_addf(out, " %s=%" PRId64 "%s", row->name, value, row->unit);
    add_limit(limits->warn, row->least, out);
    add_limit(limits->crit, row->least, out);
}

/* Appends what is as bad as `ending`; true when anything is. */
static bool add_all(const struct look *look, const struct threshold_limits limits[],
                    enum check_ending ending, struct buf *out)
{
    bool found = false;

    for (size_t i = 0; i < THRESHOLD_COUNT; i++) {
        const struct threshold *row = &THRESHOLDS[i];
        int64_t value = threshold_value(row, look);

        if (threshold_judge(row, &limits[i], value) == ending) {
            buf_addf(out, "%s", out->len > 0 ? ", " : "");
            add_reached(look, row, &limits[i], value, ending, out);
            found = true;
        }
    }
    return found;
}

enum check_ending thresholds_print(const struct look *look, const struct threshold_limits limits[],
                                   struct buf *out)
{
    struct buf reached;
    bool critical_found;
    bool warning_found;
    enum check_ending worst;

    buf_init(&reached, REACHED_MAX_BYTES);
    critical_found =
        add_all(look, limits, CHECK_CRITICAL, &reached); /* what is worse comes first */
    warning_found = add_all(look, limits, CHECK_WARNING, &reached);
    worst = critical_found ? CHECK_CRITICAL : warning_found ? CHECK_WARNING : CHECK_OK;
    buf_addf(out, "%s: %s |", check_ending_name(worst),
             reached.len > 0 ? buf_text(&reached) : "nothing is stuck");
    for (size_t i = 0; i < THRESHOLD_COUNT; i++) {
        add_figure(&THRESHOLDS[i], &limits[i], threshold_value(&THRESHOLDS[i], look), out);
    }
    buf_free(&reached);
    return worst;
}
