/* SPDX-License-Identifier: MIT */
#include "worker/chat/dns_diff.h"

#include "shared/base/compiler.h"
#include "shared/base/utf8.h"
#include "shared/io/idn.h"
#include "worker/beget/dns_state.h"
#include "worker/beget/dns_warnings.h"

#include <string.h>

/*
 * A value is shown in full as long as few change; all of 40 records replaced by an alias still fit
 * into PAGE_TEXT_POINTS, each cut.
 */
enum {
    FEW_LINES = 2,
    FEW_POINTS = 1100, /* a new text has 1024 at most */
    SOME_LINES = 10,
    SOME_POINTS = 120,
    MANY_POINTS = 48,
    KEPT_LINES = 6,
    KEPT_POINTS = 48,
    STATE_LINES = 8, /* of a change in a list of changes */
    STATE_POINTS = 60,
    RECORD_MAX_BYTES = 1 << 20,
};

static const enum text_id WARNINGS[DNS_WARNING_COUNT] = {
    TEXT_DNS_SPF_SHAPE,   TEXT_DNS_SPF_TWICE,   TEXT_DNS_SPF_NO_END,
    TEXT_DNS_SPF_ANYONE,  TEXT_DNS_DMARC_SHAPE, TEXT_DNS_DMARC_TWICE,
    TEXT_DNS_DMARC_PLACE, TEXT_DNS_DKIM_SHAPE,  TEXT_DNS_DKIM_PLACE,
};

void dns_diff_line(struct buf *out, const char *sign, const struct dns_record *record,
                   size_t points)
{
    struct buf value;
    size_t fit;

    buf_init(&value, RECORD_MAX_BYTES);
    dns_record_print(record, &value);
    fit = utf8_prefix_bytes(buf_text(&value), value.len, points);
    buf_addf(out, "\n<code>%s%s%s ", sign, *sign != '\0' ? " " : "", dns_type_name(record->type));
    if (fit < value.len) {
        value.data[fit] = '\0';
    }
    text_escape(out, buf_text(&value));
    buf_addf(out, "%s</code>", fit < value.len ? "…" : "");
    buf_free(&value);
}

static size_t points_of(const struct dns_change *change)
{
    size_t lines = change->removed_count + change->added_count;

    if (lines <= FEW_LINES) {
        return FEW_POINTS;
    }
    return lines <= SOME_LINES ? SOME_POINTS : MANY_POINTS;
}

/* What goes and what comes; in the change's own order, a new form below its old one. */
static void draw_changed(const struct dns_change *change, struct page *page)
{
    size_t points = points_of(change);

    page_gap(page);
    for (size_t i = 0; i < change->count; i++) {
        const struct dns_line *line = &change->lines[i];

        if (line->mark != DNS_KEPT) {
            dns_diff_line(&page->text, line->mark == DNS_ADDED ? "+" : "−", &line->record, points);
        }
    }
}

static void draw_kept(const struct dns_change *change, struct page *page)
{
    struct text_number count;
    size_t shown = 0;

    if (change->kept_count == 0) {
        return;
    }
    page_gap(page);
    page_line(page, TEXT_DNS_KEPT,
              TEXT_ARGS({"count", text_number(&count, (int64_t)change->kept_count)}));
    for (size_t i = 0; i < change->count && shown < KEPT_LINES; i++) {
        if (change->lines[i].mark == DNS_KEPT) {
            dns_diff_line(&page->text, "", &change->lines[i].record, KEPT_POINTS);
            shown++;
        }
    }
    if (shown < change->kept_count) {
        page_line(page, TEXT_DNS_KEPT_MORE,
                  TEXT_ARGS({"count", text_number(&count, (int64_t)(change->kept_count - shown))}));
    }
}

/* What the name was, by what is removed of it. */
static enum text_id text_of_conversion(const struct dns_change *change)
{
    for (size_t i = 0; i < change->count; i++) {
        if (change->lines[i].mark == DNS_REMOVED) {
            enum dns_type type = change->lines[i].record.type;

            return type == DNS_CNAME ? TEXT_DNS_FROM_CNAME
                   : type == DNS_NS  ? TEXT_DNS_FROM_NS
                                     : TEXT_DNS_FROM_RECORDS;
        }
    }
    return TEXT_DNS_FROM_RECORDS;
}

static void draw_chunks(const struct dns_change *change, struct page *page)
{
    for (size_t i = 0; i < change->count; i++) {
        const struct dns_record *record = &change->lines[i].record;
        size_t chunks = dns_txt_chunks(strlen(record->value));
        struct text_number count;

        if (change->lines[i].mark == DNS_ADDED && record->type == DNS_TXT && chunks > 1) {
            page_gap(page);
            page_line(page, TEXT_DNS_CHUNKS,
                      TEXT_ARGS({"count", text_number(&count, (int64_t)chunks)}));
            return;
        }
    }
}

void draw_dns_diff(const struct dns_change *change, const char *name, struct page *page)
{
    unsigned warnings = dns_warnings(change, name);
    char shown[IDN_UNICODE_SIZE];

    idn_to_unicode(name, shown);
    draw_changed(change, page);
    draw_kept(change, page);
    if (change->converts || change->empties || warnings != 0) {
        page_gap(page);
    }
    if (change->converts) {
        page_line(page, text_of_conversion(change), TEXT_ARGS({"name", shown}));
    } else if (change->empties) {
        page_line(page, TEXT_DNS_EMPTIES, TEXT_ARGS({"name", shown}));
    }
    for (size_t i = 0; i < ARRAY_LEN(WARNINGS); i++) {
        if (warnings & (1U << i)) {
            page_line(page, WARNINGS[i], TEXT_ARGS({"name", shown}));
        }
    }
    draw_chunks(change, page);
}

/* ---- two states ---- */

static bool has_record(const struct dns_zone *zone, const struct dns_record *record)
{
    for (size_t i = 0; i < zone->count; i++) {
        if (dns_record_same(&zone->records[i], record)) {
            return true;
        }
    }
    return false;
}

static void add_plain(const char *sign, const struct dns_record *record, struct buf *out)
{
    struct buf value;
    size_t fit;

    buf_init(&value, RECORD_MAX_BYTES);
    dns_record_print(record, &value);
    fit = utf8_prefix_bytes(buf_text(&value), value.len, STATE_POINTS);
    buf_addf(out, "%s%s %s %.*s%s", out->len > 0 ? "\n" : "", sign, dns_type_name(record->type),
             (int)fit, buf_text(&value), fit < value.len ? "…" : "");
    buf_free(&value);
}

/* Adds what only `one` has. */
static void add_missing(const struct dns_zone *one, const struct dns_zone *other, const char *sign,
                        size_t *lines, struct buf *out)
{
    for (size_t i = 0; i < one->count; i++) {
        if (has_record(other, &one->records[i])) {
            continue;
        }
        if (*lines < STATE_LINES) {
            add_plain(sign, &one->records[i], out);
        } else if (*lines == STATE_LINES) {
            buf_addf(out, "\n…");
        }
        (*lines)++;
    }
}

void dns_diff_states(const char *from, const char *to, struct buf *out)
{
    struct err unreadable = ERR_INIT;
    struct dns_zone before = {0};
    struct dns_zone after = {0};
    size_t lines = 0;

    if (dns_state_read(from, &before, &unreadable) && dns_state_read(to, &after, &unreadable)) {
        add_missing(&before, &after, "−", &lines, out);
        add_missing(&after, &before, "+", &lines, out);
    }
    dns_zone_free(&before);
    dns_zone_free(&after);
}
