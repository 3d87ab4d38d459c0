/* SPDX-License-Identifier: MIT */
/* Lines of the log: what they look like whatever is in a value, and which of a flood are written.
 */
#include "shared/base/log.h"

#include "shared/base/buf.h"
#include "shared/base/compiler.h"
#include "shared/base/log_flood.h"
#include "shared/base/log_line.h"
#include "shared/base/utf8.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* ---- what a line looks like ---- */

static const int64_t NOON_MS = 1793620800123; /* 2026-11-02T12:00:00.123Z */

/* The line as a text. */
static void print_line(enum log_format format, int64_t update_id, const struct log_field *fields,
                       char out[LOG_LINE_SIZE + 1])
{
    const struct log_head head = {.service = "tester",
                                  .level = LOG_LEVEL_WARN,
                                  .event = "some.event",
                                  .unix_ms = NOON_MS,
                                  .update_id = update_id};
    size_t len = log_line_write(format, &head, fields, out);

    assert_in_range(len, 1, LOG_LINE_SIZE);
    out[len] = '\0';
}

struct value_row {
    const char *name;
    enum log_format format;
    const char *text;
    const char *expected; /* how the value is written */
};

/* clang-format off */
static struct value_row value_rows[] = {
    {"a word stands as it is",                        LOG_FORMAT_LOGFMT, "word",             "word"},
    {"a value with a blank is quoted",                LOG_FORMAT_LOGFMT, "two words",        "\"two words\""},
    {"an empty value is quoted",                      LOG_FORMAT_LOGFMT, "",                 "\"\""},
    {"a missing value is an empty one",               LOG_FORMAT_LOGFMT, NULL,               "\"\""},
    {"an equals sign is quoted",                      LOG_FORMAT_LOGFMT, "a=b",              "\"a=b\""},
    {"quotes are escaped",                            LOG_FORMAT_LOGFMT, "say \"no\"",       "\"say \\\"no\\\"\""},
    {"a backslash is escaped",                        LOG_FORMAT_LOGFMT, "C:\\x",            "\"C:\\\\x\""},
    {"a newline cannot forge a second line",          LOG_FORMAT_LOGFMT, "a\nb",             "\"a\\u000ab\""},
    {"a control character is escaped inside quotes",  LOG_FORMAT_LOGFMT, "\x1b[31m",         "\"\\u001b[31m\""},
    {"DEL is escaped",                                LOG_FORMAT_LOGFMT, "\x7f",             "\"\\u007f\""},
    {"a C1 control cannot drive a terminal",          LOG_FORMAT_LOGFMT, "\xc2\x9b" "31m",   "\"\\u009b31m\""},
    {"a Unicode line separator is escaped",           LOG_FORMAT_LOGFMT, "a\xe2\x80\xa8" "b", "\"a\\u2028b\""},
    {"a Unicode paragraph separator is escaped",      LOG_FORMAT_LOGFMT, "a\xe2\x80\xa9" "b", "\"a\\u2029b\""},
    {"an override of direction cannot reorder a line", LOG_FORMAT_LOGFMT, "\xe2\x80\xae" "moc\xe2\x80\xac", "\"\\u202emoc\\u202c\""},
    {"nor can an isolate",                            LOG_FORMAT_LOGFMT, "\xe2\x81\xa6" "x\xe2\x81\xa9", "\"\\u2066x\\u2069\""},
    {"nor a mark of direction",                       LOG_FORMAT_LOGFMT, "\xd8\x9c\xe2\x80\x8f", "\"\\u061c\\u200f\""},
    {"what is not seen is escaped",                   LOG_FORMAT_LOGFMT, "a\xef\xbb\xbf\xe2\x81\xa0" "b", "\"a\\ufeff\\u2060b\""},
    {"joined pictures and accents stay as they are",  LOG_FORMAT_LOGFMT, "👩‍🔧é",            "\"👩‍🔧é\""},
    {"an overlong newline is malformed",              LOG_FORMAT_LOGFMT, "\xc0\x8a",         "\"\\ufffd\\ufffd\""},
    {"other letters stay readable",                   LOG_FORMAT_LOGFMT, "пример.рф 😀",      "\"пример.рф 😀\""},
    {"a malformed byte is replaced",                  LOG_FORMAT_LOGFMT, "a\xff\xd0",        "\"a\\ufffd\\ufffd\""},
    {"JSON: a word is quoted",                        LOG_FORMAT_JSON,   "word",             "\"word\""},
    {"JSON: an empty value",                          LOG_FORMAT_JSON,   "",                 "\"\""},
    {"JSON: a missing value is an empty one",         LOG_FORMAT_JSON,   NULL,               "\"\""},
    {"JSON: quotes and backslashes are escaped",      LOG_FORMAT_JSON,   "\"\\",             "\"\\\"\\\\\""},
    {"JSON: a newline is escaped",                    LOG_FORMAT_JSON,   "a\r\nb\t",         "\"a\\u000d\\u000ab\\u0009\""},
    {"JSON: an override of direction is escaped",     LOG_FORMAT_JSON,   "\xe2\x80\xae\xe2\x80\xac", "\"\\u202e\\u202c\""},
    {"JSON: a C1 control is escaped",                 LOG_FORMAT_JSON,   "\xc2\x85",         "\"\\u0085\""},
    {"JSON: a malformed byte is replaced",            LOG_FORMAT_JSON,   "\xc3(",            "\"\\ufffd(\""},
    {"JSON: a closing brace in a value is text",      LOG_FORMAT_JSON,   "\"}\n{\"time\":",  "\"\\\"}\\u000a{\\\"time\\\":\""},
};
/* clang-format on */

static void writes(void **state)
{
    const struct value_row *row = *state;
    const struct log_field fields[] = {LOG_TEXT("k", row->text), LOG_INT("n", INT64_MIN), LOG_END};
    char line[LOG_LINE_SIZE + 1];
    char expected[512];

    print_line(row->format, 0, fields, line);
    (void)snprintf(
        expected, sizeof(expected),
        row->format == LOG_FORMAT_JSON
            ? "{\"time\":\"2026-11-02T12:00:00.123Z\",\"level\":\"warn\",\"service\":"
              "\"tester\",\"event\":\"some.event\",\"k\":%s,\"n\":-9223372036854775808}\n"
            : "2026-11-02T12:00:00.123Z warn tester some.event k=%s "
              "n=-9223372036854775808\n",
        row->expected);
    assert_string_equal(line, expected);
}

/* One line, not longer than the most, complete to its last quote and brace. */
static void assert_well_formed(const char *line, bool json)
{
    size_t len = strlen(line);
    size_t quotes = 0;

    assert_in_range(len, 10, LOG_LINE_SIZE);
    assert_ptr_equal(strchr(line, '\n'), line + len - 1);
    assert_true(utf8_valid(line, len));
    for (const char *c = line; *c != '\0'; c++) {
        if (*c == '\\') {
            c++;
        } else if (*c == '"') {
            quotes++;
        }
    }
    assert_int_equal(quotes % 2, 0);
    if (json) {
        assert_int_equal(line[len - 2], '}');
        assert_int_not_equal(line[len - 3], ',');
    }
}

/* Writes a character's UTF-8. */
static void print_point(unsigned point, char out[5])
{
    if (point < 0x80) {
        (void)snprintf(out, 5, "%c", (int)point);
    } else if (point < 0x800) {
        (void)snprintf(out, 5, "%c%c", (int)(0xc0u | point >> 6), (int)(0x80u | (point & 0x3fu)));
    } else {
        (void)snprintf(out, 5, "%c%c%c", (int)(0xe0u | point >> 12),
                       (int)(0x80u | (point >> 6 & 0x3fu)), (int)(0x80u | (point & 0x3fu)));
    }
}

/* Unicode 15, Cc and Bidi_Control, and the two separators: what must never reach a terminal. */
static bool drives_a_terminal(unsigned point)
{
    return point < 0x20 || (point >= 0x7f && point < 0xa0) || point == 0x061c || point == 0x200e ||
           point == 0x200f || (point >= 0x2028 && point <= 0x202e) ||
           (point >= 0x2066 && point <= 0x2069);
}

static void no_character_drives_a_terminal_and_every_letter_stays(void **state)
{
    const enum log_format *format = *state;

    for (unsigned point = 1; point < 0xd800; point++) {
        char text[5];
        const struct log_field fields[] = {LOG_TEXT("k", text), LOG_END};
        char line[LOG_LINE_SIZE + 1];
        char escaped[8];

        print_point(point, text);
        print_line(*format, 0, fields, line);
        assert_well_formed(line, *format == LOG_FORMAT_JSON);
        (void)snprintf(escaped, sizeof(escaped), "\\u%04x", point);
        if (drives_a_terminal(point)) {
            assert_non_null(strstr(line, escaped));
            assert_true(point == '\n' || !strstr(line, text));
        } else if (point < 0x2060 || point > 0x206f) {
            assert_non_null(strstr(line, text));
        }
    }
}

static void a_long_value_is_cut_and_says_how_much_is_missing(void **state)
{
    const enum log_format *format = *state;
    char text[LOG_VALUE_BYTES + 124];
    const struct log_field fields[] = {LOG_TEXT("long", text), LOG_INT("after", 12), LOG_END};
    char line[LOG_LINE_SIZE + 1];

    memset(text, 'a', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    print_line(*format, 0, fields, line);
    assert_well_formed(line, *format == LOG_FORMAT_JSON);
    assert_non_null(strstr(line, "aaa…(+123)\""));
    assert_non_null(strstr(line, *format == LOG_FORMAT_JSON ? ",\"after\":12}" : " after=12\n"));
    text[LOG_VALUE_BYTES] = '\0';
    print_line(*format, 0, fields, line);
    assert_null(strstr(line, "…"));
}

/* A line with `text` in many places: more than it holds. */
static void print_full_line(enum log_format format, const char *text, char out[LOG_LINE_SIZE + 1])
{
    const struct log_field full = LOG_TEXT("long", text);
    const struct log_field fields[] = {full,   full, LOG_INT("n", 1),    full, full,
                                       full,   full, LOG_TEXT("k", "x"), full, full,
                                       LOG_END};

    print_line(format, 0, fields, out);
}

/* Every length around the cut of a value. */
static void a_line_stays_well_formed_wherever_it_is_cut(void **state)
{
    static const char *const UNITS[] = {"a", "ж", "\"", "\n", "\xff", "a b=", "😀"};
    const enum log_format *format = *state;
    bool json = *format == LOG_FORMAT_JSON;

    for (size_t unit = 0; unit < ARRAY_LEN(UNITS); unit++) {
        struct buf text;

        buf_init(&text, 10000);
        while (text.len < LOG_VALUE_BYTES + 20) {
            char line[LOG_LINE_SIZE + 1];

            buf_add(&text, UNITS[unit], strlen(UNITS[unit]));
            print_full_line(*format, buf_text(&text), line);
            assert_well_formed(line, json);
            assert_non_null(strstr(line, json ? ",\"n\":1," : " n=1 "));
        }
        buf_free(&text);
    }
}

static void a_line_says_once_which_update_it_belongs_to(void **state)
{
    const struct log_field other[] = {LOG_INT("n", 1), LOG_END};
    const struct log_field own[] = {LOG_INT("n", 1), LOG_INT("update_id", 8), LOG_END};
    char line[LOG_LINE_SIZE + 1];

    (void)state;
    print_line(LOG_FORMAT_LOGFMT, 7, other, line);
    assert_non_null(strstr(line, " some.event update_id=7 n=1\n"));
    print_line(LOG_FORMAT_JSON, 7, other, line);
    assert_non_null(strstr(line, "\"some.event\",\"update_id\":7,\"n\":1}"));
    print_line(LOG_FORMAT_LOGFMT, 7, own, line);
    assert_non_null(strstr(line, " some.event n=1 update_id=8\n"));
    print_line(LOG_FORMAT_LOGFMT, 0, other, line);
    assert_null(strstr(line, "update_id"));
}

/* ---- which of a flood are written ---- */

/* Counts the lines that pass of `count` at `now_ms`. */
static int pass(struct log_flood *flood, const char *event, enum log_level level, int64_t now_ms,
                int count)
{
    int passed = 0;

    for (int i = 0; i < count; i++) {
        passed += log_flood_passes(flood, event, level, now_ms);
    }
    return passed;
}

static void beyond_some_lines_an_event_is_counted_and_told_when_its_window_ends(void **state)
{
    struct log_flood flood = {.count = 0};
    struct log_flood_row sum;

    (void)state;
    assert_int_equal(pass(&flood, "a.b", LOG_LEVEL_WARN, 500, LOG_FLOOD_LINES), LOG_FLOOD_LINES);
    assert_false(log_flood_take_due(&flood, INT64_MAX, &sum)); /* nothing is missing */
    assert_int_equal(pass(&flood, "a.b", LOG_LEVEL_WARN, 600, 3), 0);
    assert_false(log_flood_take_due(&flood, 500 + LOG_FLOOD_WINDOW_MS - 1, &sum));
    assert_true(log_flood_take_due(&flood, 500 + LOG_FLOOD_WINDOW_MS, &sum));
    assert_string_equal(sum.event, "a.b");
    assert_int_equal(sum.left_out, 3);
    assert_int_equal(sum.level, LOG_LEVEL_WARN);
    assert_false(log_flood_take_due(&flood, INT64_MAX, &sum));
    assert_int_equal(
        pass(&flood, "a.b", LOG_LEVEL_WARN, 500 + LOG_FLOOD_WINDOW_MS, LOG_FLOOD_LINES + 5),
        LOG_FLOOD_LINES);
    assert_true(log_flood_take_due(&flood, INT64_MAX, &sum));
    assert_int_equal(sum.left_out, 5);
}

static void another_event_is_not_counted_with_it(void **state)
{
    struct log_flood flood = {.count = 0};
    struct log_flood_row sum;

    (void)state;
    (void)pass(&flood, "a.b", LOG_LEVEL_WARN, 0, LOG_FLOOD_LINES + 1);
    (void)pass(&flood, "a.c", LOG_LEVEL_WARN, 1, LOG_FLOOD_LINES + 2);
    assert_true(log_flood_passes(&flood, "a.d", LOG_LEVEL_WARN, 2));
    assert_true(log_flood_take_due(&flood, INT64_MAX, &sum));
    assert_string_equal(sum.event, "a.b");
    assert_true(log_flood_take_due(&flood, INT64_MAX, &sum));
    assert_string_equal(sum.event, "a.c");
    assert_int_equal(sum.left_out, 2);
    assert_false(log_flood_take_due(&flood, INT64_MAX, &sum));
}

static void the_sum_is_as_grave_as_the_gravest_that_was_left_out(void **state)
{
    struct log_flood flood = {.count = 0};
    struct log_flood_row sum;

    (void)state;
    (void)pass(&flood, "a.b", LOG_LEVEL_INFO, 0, LOG_FLOOD_LINES + 1);
    (void)pass(&flood, "a.b", LOG_LEVEL_ERROR, 0, 1);
    (void)pass(&flood, "a.b", LOG_LEVEL_WARN, 0, 1);
    assert_true(log_flood_take_due(&flood, INT64_MAX, &sum));
    assert_int_equal(sum.level, LOG_LEVEL_ERROR);
    (void)pass(&flood, "a.b", LOG_LEVEL_WARN, LOG_FLOOD_WINDOW_MS, LOG_FLOOD_LINES + 1);
    assert_true(log_flood_take_due(&flood, INT64_MAX, &sum));
    assert_int_equal(sum.level, LOG_LEVEL_WARN); /* of this window */
}

static void an_event_that_finds_no_room_passes(void **state)
{
    static char names[LOG_FLOOD_EVENTS + 1][16];
    struct log_flood flood = {.count = 0};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        (void)snprintf(names[i], sizeof(names[i]), "e.%zu", i);
        assert_int_equal(pass(&flood, names[i], LOG_LEVEL_WARN, 0, LOG_FLOOD_LINES + 1),
                         i < LOG_FLOOD_EVENTS ? LOG_FLOOD_LINES : LOG_FLOOD_LINES + 1);
    }
}

/* ---- the log of a process ---- */

/* Runs `write` with standard error in a file; what it wrote is appended to `out`. */
static void capture(void (*write)(const void *context), const void *context, struct buf *out)
{
    FILE *file = tmpfile();
    int kept = dup(STDERR_FILENO);
    char chunk[512];
    size_t got;

    assert_non_null(file);
    assert_true(kept >= 0);
    assert_true(dup2(fileno(file), STDERR_FILENO) >= 0);
    write(context);
    assert_true(dup2(kept, STDERR_FILENO) >= 0);
    (void)close(kept);
    rewind(file);
    while ((got = fread(chunk, 1, sizeof(chunk), file)) > 0) {
        buf_add(out, chunk, got);
    }
    (void)fclose(file);
    assert_true(buf_ok(out));
}

/* How often `part` is in it. */
static int64_t occurrences(const struct buf *text, const char *part)
{
    int64_t count = 0;

    for (const char *at = buf_text(text); (at = strstr(at, part)); at += strlen(part)) {
        count++;
    }
    return count;
}

static void log_at_every_level(const void *context)
{
    (void)context;
    log_error("e.1", LOG_INT("n", INT64_MIN));
    log_warn("e.2", LOG_INT("n", 0));
    log_info("e.3", LOG_INT("n", 0));
    log_debug("e.4", LOG_INT("n", 0));
}

static void lines_below_the_level_are_not_written(void **state)
{
    static const char *const EVENTS[] = {"e.1", "e.2", "e.3", "e.4"};

    (void)state;
    for (int level = LOG_LEVEL_ERROR; level <= LOG_LEVEL_DEBUG; level++) {
        struct buf lines;

        log_init("tester", (enum log_level)level, LOG_FORMAT_LOGFMT);
        buf_init(&lines, 10000);
        capture(log_at_every_level, NULL, &lines);
        for (size_t i = 0; i < ARRAY_LEN(EVENTS); i++) {
            assert_int_equal(strstr(buf_text(&lines), EVENTS[i]) != NULL, (int)i <= level);
        }
        assert_non_null(strstr(buf_text(&lines), " n=-9223372036854775808\n"));
        buf_free(&lines);
    }
}

enum { FLOOD_THREADS = 4, FLOOD_LINES = 200 };

static void *log_a_flood(void *context)
{
    (void)context;
    for (int i = 0; i < FLOOD_LINES; i++) {
        log_warn("e.warn", LOG_INT("n", i));
        log_info("e.info", LOG_INT("n", i));
        log_info_capped("e.capped", LOG_INT("n", i));
    }
    return NULL;
}

static void log_floods(const void *context)
{
    pthread_t threads[FLOOD_THREADS];

    (void)context;
    for (size_t i = 0; i < ARRAY_LEN(threads); i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, log_a_flood, NULL), 0);
    }
    for (size_t i = 0; i < ARRAY_LEN(threads); i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    }
    log_flush();
}

/* The sum of what `pattern` counts: every line is written or counted. */
static int64_t repeated(const struct buf *lines, const char *pattern)
{
    int64_t sum = 0;
    size_t skip = strlen(pattern);

    for (const char *at = buf_text(lines); (at = strstr(at, pattern)); at += skip) {
        sum += strtoll(at + skip, NULL, 10);
    }
    return sum;
}

static void failures_collapse_and_each_is_written_or_counted(void **state)
{
    const int64_t all = (int64_t)FLOOD_THREADS * FLOOD_LINES;
    struct buf lines;

    (void)state;
    log_init("tester", LOG_LEVEL_INFO, LOG_FORMAT_LOGFMT);
    buf_init(&lines, 1000000);
    capture(log_floods, NULL, &lines);
    assert_int_equal(occurrences(&lines, " e.info n="), all);
    assert_in_range(occurrences(&lines, " e.warn n="), LOG_FLOOD_LINES, all / 2);
    assert_int_equal(
        occurrences(&lines, " e.warn n=") + repeated(&lines, " warn tester e.warn repeated="), all);
    assert_int_equal(occurrences(&lines, " e.capped n=") +
                         repeated(&lines, " info tester e.capped repeated="),
                     all);
    buf_free(&lines);
}

static void log_about_an_update(const void *context)
{
    (void)context;
    log_about_update(7);
    log_info("e.1", LOG_INT("n", 1));
    log_error("e.2", LOG_INT("n", 1));
    log_about_update(0);
    log_info("e.3", LOG_INT("n", 1));
}

static void all_that_a_thread_says_about_an_update_names_it(void **state)
{
    struct buf lines;

    (void)state;
    log_init("tester", LOG_LEVEL_INFO, LOG_FORMAT_LOGFMT);
    buf_init(&lines, 10000);
    capture(log_about_an_update, NULL, &lines);
    assert_non_null(strstr(buf_text(&lines), " e.1 update_id=7 n=1\n"));
    assert_non_null(strstr(buf_text(&lines), " e.2 update_id=7 n=1\n"));
    assert_non_null(strstr(buf_text(&lines), " e.3 n=1\n"));
    buf_free(&lines);
}

/* ---- all of them ---- */

static enum log_format formats[] = {LOG_FORMAT_LOGFMT, LOG_FORMAT_JSON};

#define IN_BOTH_FORMATS(test)                            \
    {#test ", logfmt", (test), NULL, NULL, &formats[0]}, \
    {                                                    \
#test ", JSON", (test), NULL, NULL, &formats[1]  \
    }

static const struct CMUnitTest PLAIN_TESTS[] = {
    IN_BOTH_FORMATS(no_character_drives_a_terminal_and_every_letter_stays),
    IN_BOTH_FORMATS(a_long_value_is_cut_and_says_how_much_is_missing),
    IN_BOTH_FORMATS(a_line_stays_well_formed_wherever_it_is_cut),
    cmocka_unit_test(a_line_says_once_which_update_it_belongs_to),
    cmocka_unit_test(beyond_some_lines_an_event_is_counted_and_told_when_its_window_ends),
    cmocka_unit_test(another_event_is_not_counted_with_it),
    cmocka_unit_test(the_sum_is_as_grave_as_the_gravest_that_was_left_out),
    cmocka_unit_test(an_event_that_finds_no_room_passes),
    cmocka_unit_test(lines_below_the_level_are_not_written),
    cmocka_unit_test(failures_collapse_and_each_is_written_or_counted),
    cmocka_unit_test(all_that_a_thread_says_about_an_update_names_it),
};

int main(void)
{
    struct CMUnitTest tests[ARRAY_LEN(PLAIN_TESTS) + ARRAY_LEN(value_rows)];
    size_t count = ARRAY_LEN(PLAIN_TESTS);

    memcpy(tests, PLAIN_TESTS, sizeof(PLAIN_TESTS));
    for (size_t i = 0; i < ARRAY_LEN(value_rows); i++) {
        tests[count++] = (struct CMUnitTest){
            .name = value_rows[i].name, .test_func = writes, .initial_state = &value_rows[i]};
    }
    return cmocka_run_group_tests_name("log", tests, NULL, NULL);
}
