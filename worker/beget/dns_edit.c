/* SPDX-License-Identifier: MIT */
#include "worker/beget/dns_edit.h"

#include "shared/base/mem.h"
#include "worker/beget/dns_state.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PRIORITY_STEP = 10 };

/* U+FFFD stands where the answer held bytes that are no text: sent back, it would replace them. */
static const char DAMAGED[] = "\xef\xbf\xbd";

/* clang-format off */
static const struct {
    enum dns_set_type set; /* UNKNOWN: not a record of the name's own */
    size_t limit;          /* 0: cannot be written                    */
} TYPES[DNS_TYPE_COUNT] = {
    [DNS_A]         = {DNS_SET_RECORDS, 10},
    [DNS_AAAA]      = {DNS_SET_RECORDS, 10},
    [DNS_MX]        = {DNS_SET_RECORDS, 10},
    [DNS_TXT]       = {DNS_SET_RECORDS, 10},
    [DNS_CNAME]     = {DNS_SET_CNAME,   1 },
    [DNS_NS]        = {DNS_SET_NS,      10},
    [DNS_CAA]       = {DNS_SET_RECORDS, 0 },
    [DNS_SRV]       = {DNS_SET_RECORDS, 0 },
    [DNS_SERVER]    = {DNS_SET_UNKNOWN, 0 },
    [DNS_SERVER_IP] = {DNS_SET_UNKNOWN, 0 },
};

/* What it is to make something else of a name that is this. */
static const enum dns_verdict CONVERSIONS[] = {
    [DNS_SET_UNKNOWN] = DNS_VERDICT_READY, /* there is nothing */
    [DNS_SET_RECORDS] = DNS_VERDICT_CONVERTS_RECORDS,
    [DNS_SET_NS]      = DNS_VERDICT_CONVERTS_NS,
    [DNS_SET_CNAME]   = DNS_VERDICT_CONVERTS_CNAME,
};
/* clang-format on */

size_t dns_type_limit(enum dns_type type)
{
    assert(type < DNS_TYPE_COUNT);
    return TYPES[type].limit;
}

static bool is_written(enum dns_type type)
{
    return TYPES[type].limit > 0;
}

/* ---- the name as it is ---- */

/* What the records make of the name; UNKNOWN when it has none. False: they contradict each other.
 */
static bool find_set(const struct dns_zone *zone, enum dns_set_type *out)
{
    enum dns_set_type found = DNS_SET_UNKNOWN;

    for (size_t i = 0; i < zone->count; i++) {
        enum dns_set_type set = TYPES[zone->records[i].type].set;

        if (set != DNS_SET_UNKNOWN && found != DNS_SET_UNKNOWN && set != found) {
            return false;
        }
        found = set != DNS_SET_UNKNOWN ? set : found;
    }
    *out = found;
    return found == DNS_SET_UNKNOWN || zone->set_type == DNS_SET_UNKNOWN || found == zone->set_type;
}

static bool is_known(const struct dns_zone *zone)
{
    enum dns_set_type set;

    return dns_zone_is_known(zone) && find_set(zone, &set);
}

static enum dns_verdict judge_zone(const struct dns_zone *zone)
{
    if (!zone->on_beget) {
        return DNS_VERDICT_NOT_HERE;
    }
    return is_known(zone) ? DNS_VERDICT_READY : DNS_VERDICT_UNKNOWN_RECORDS;
}

static enum dns_verdict judge_loss(const struct dns_zone *zone)
{
    if (dns_zone_count(zone, DNS_CAA) > 0) {
        return DNS_VERDICT_WOULD_LOSE_CAA;
    }
    return dns_zone_count(zone, DNS_SRV) > 0 ? DNS_VERDICT_WOULD_LOSE_SRV : DNS_VERDICT_READY;
}

/* ---- the edit's records in it ---- */

/* The record that a wanted one is; owned. */
static struct dns_record make_record(const struct dns_wanted *wanted)
{
    return (struct dns_record){
        .type = wanted->type,
        .value = xstrdup(wanted->value),
        .preference = wanted->type == DNS_MX ? wanted->preference : 0,
    };
}

static bool is_wanted(const struct dns_record *record, const struct dns_wanted *wanted)
{
    struct dns_record made;
    bool same;

    if (record->type != wanted->type) {
        return false;
    }
    made = make_record(wanted);
    if (made.type == DNS_MX && made.preference == DNS_PREFERENCE_ANY) {
        made.preference = record->preference;
    }
    same = dns_record_same(record, &made);
    dns_record_free(&made);
    return same;
}

static bool has(const struct dns_zone *zone, const struct dns_wanted *wanted)
{
    for (size_t i = 0; i < zone->count; i++) {
        if (is_wanted(&zone->records[i], wanted)) {
            return true;
        }
    }
    return false;
}

/* The same text in quotes: some panels store what was typed with them. False when it has no room.
 */
static bool quote(const struct dns_wanted *text, struct dns_wanted *out)
{
    *out = (struct dns_wanted){.type = DNS_TXT};
    return text->type == DNS_TXT &&
           snprintf(out->value, sizeof(out->value), "\"%s\"", text->value) < DNS_VALUE_SIZE;
}

/* Marks the records that `old` means in `out`, one for each of the zone's. */
static enum dns_verdict mark_old(const struct dns_zone *zone, const struct dns_wanted *old,
                                 bool out[])
{
    const struct dns_record *first = NULL;
    enum dns_verdict verdict = DNS_VERDICT_READY;

    for (size_t i = 0; i < zone->count; i++) {
        out[i] = is_wanted(&zone->records[i], old);
        if (out[i] && !first) {
            first = &zone->records[i];
        } else if (out[i] && !dns_record_same(first, &zone->records[i])) {
            verdict = DNS_VERDICT_AMBIGUOUS;
        }
    }
    return first ? verdict : DNS_VERDICT_NOT_THERE;
}

static enum dns_verdict judge_edit(const struct dns_zone *zone, const struct dns_edit *edit,
                                   bool out_old[])
{
    struct dns_wanted quoted;
    enum dns_verdict verdict;

    if (edit->kind != DNS_EDIT_DEL && has(zone, &edit->wanted)) {
        return DNS_VERDICT_THERE_ALREADY;
    }
    if (edit->kind == DNS_EDIT_ADD) {
        return DNS_VERDICT_READY;
    }
    verdict = mark_old(zone, &edit->old, out_old);
    if (verdict == DNS_VERDICT_NOT_THERE && quote(&edit->old, &quoted)) {
        verdict = mark_old(zone, &quoted, out_old);
    }
    return verdict;
}

/* May the name have such a record at all? */
static enum dns_verdict judge_place(const struct dns_zone *zone, const char *name,
                                    const struct dns_edit *edit)
{
    const struct dns_wanted *wanted = &edit->wanted;

    if (edit->kind == DNS_EDIT_DEL) {
        return DNS_VERDICT_READY;
    }
    if (TYPES[wanted->type].set != DNS_SET_RECORDS && !zone->subdomain) {
        return DNS_VERDICT_ONLY_ON_SUBDOMAIN;
    }
    return wanted->type == DNS_CNAME && strcmp(wanted->value, name) == 0 ? DNS_VERDICT_LOOPS
                                                                         : DNS_VERDICT_READY;
}

/* ---- the change ---- */

static void add_line(struct dns_change *change, enum dns_mark mark, struct dns_record record)
{
    change->lines = xreallocarray(change->lines, change->count + 1, sizeof(*change->lines));
    change->lines[change->count++] = (struct dns_line){.mark = mark, .record = record};
    change->kept_count += mark == DNS_KEPT ? 1 : 0;
    change->removed_count += mark == DNS_REMOVED ? 1 : 0;
    change->added_count += mark == DNS_ADDED ? 1 : 0;
    change->empties = change->kept_count + change->added_count == 0;
}

static void drop_lines(struct dns_change *change, enum dns_verdict verdict)
{
    dns_change_free(change);
    change->verdict = verdict;
}

/* The lines of one type; `old` marks the zone's records that go. */
static void add_type(const struct dns_zone *zone, const struct dns_edit *edit, const bool old[],
                     enum dns_type type, struct dns_change *out)
{
    bool comes = edit->kind != DNS_EDIT_DEL && edit->wanted.type == type;

    for (size_t i = 0; i < zone->count; i++) {
        if (zone->records[i].type != type || !is_written(type)) {
            continue;
        }
        add_line(out, old[i] || out->converts ? DNS_REMOVED : DNS_KEPT,
                 dns_record_copy(&zone->records[i]));
        if (old[i] && comes) {
            add_line(out, DNS_ADDED, make_record(&edit->wanted));
            comes = false;
        }
    }
    if (comes) {
        add_line(out, DNS_ADDED, make_record(&edit->wanted));
    }
}

static bool is_harmed(const struct dns_record *record)
{
    return strstr(record->value, DAMAGED) != NULL ||
           (record->type == DNS_MX && record->preference > DNS_PREFERENCE_MAX);
}

static enum dns_verdict judge_lines(const struct dns_change *change)
{
    size_t counts[DNS_TYPE_COUNT] = {0};

    for (size_t i = 0; i < change->count; i++) {
        const struct dns_line *line = &change->lines[i];

        if (line->mark == DNS_REMOVED) {
            continue;
        }
        if (is_harmed(&line->record)) {
            return DNS_VERDICT_UNKNOWN_RECORDS;
        }
        counts[line->record.type]++;
    }
    for (size_t i = 0; i < change->count; i++) {
        enum dns_type type = change->lines[i].record.type;

        if (change->lines[i].mark == DNS_ADDED && counts[type] > TYPES[type].limit) {
            return DNS_VERDICT_TOO_MANY;
        }
    }
    return DNS_VERDICT_READY;
}

/* Says READY or what is in the way, with the lines gone unless they are to be shown. */
static void settle(enum dns_set_type from, bool allow_conversion, struct dns_change *out)
{
    enum dns_verdict verdict = judge_lines(out);

    if (verdict != DNS_VERDICT_READY) {
        drop_lines(out, verdict);
    } else if (out->converts && !allow_conversion) {
        out->verdict = CONVERSIONS[from];
    }
}

static bool is_conversion(enum dns_set_type from, enum dns_set_type to)
{
    return from != DNS_SET_UNKNOWN && to != DNS_SET_UNKNOWN && from != to;
}

/* The first of the judgements that is not READY. */
static enum dns_verdict judge(const struct dns_zone *zone, const char *name,
                              const struct dns_edit *edit, bool out_old[])
{
    enum dns_verdict verdict = judge_zone(zone);

    if (verdict == DNS_VERDICT_READY) {
        verdict = judge_edit(zone, edit, out_old);
    }
    if (verdict == DNS_VERDICT_READY) {
        verdict = judge_place(zone, name, edit);
    }
    return verdict == DNS_VERDICT_READY ? judge_loss(zone) : verdict;
}

void dns_edit_plan(const struct dns_zone *zone, const char *name, const struct dns_edit *edit,
                   struct dns_change *out)
{
    bool *old = xcalloc(zone->count + 1, sizeof(*old));
    enum dns_set_type from = DNS_SET_UNKNOWN;

    assert(edit->kind != DNS_EDIT_SET || edit->old.type == edit->wanted.type);
    *out = (struct dns_change){.verdict = judge(zone, name, edit, old)};
    if (out->verdict == DNS_VERDICT_READY) {
        (void)find_set(zone, &from); /* judge_zone() has seen that it can be told */
        out->converts =
            edit->kind == DNS_EDIT_ADD && is_conversion(from, TYPES[edit->wanted.type].set);
        for (size_t i = 0; i < DNS_TYPE_COUNT; i++) {
            add_type(zone, edit, old, (enum dns_type)i, out);
        }
        settle(from, edit->allow_conversion, out);
    }
    free(old);
}

/* ---- the way back ---- */

/* The place of a record like `record` that is not taken yet; the zone's count when there is none.
 */
static size_t find_free(const struct dns_zone *zone, const bool taken[],
                        const struct dns_record *record)
{
    for (size_t i = 0; i < zone->count; i++) {
        if (!taken[i] && dns_record_same(&zone->records[i], record)) {
            return i;
        }
    }
    return zone->count;
}

/* Lines that lead from one set of records to the other, copies of a record counted. */
static void add_difference(const struct dns_zone *from, const struct dns_zone *to,
                           enum dns_type type, bool taken[], struct dns_change *out)
{
    for (size_t i = 0; i < from->count; i++) {
        size_t place;

        if (from->records[i].type != type || !is_written(type)) {
            continue;
        }
        place = find_free(to, taken, &from->records[i]);
        if (place < to->count) {
            taken[place] = true;
        }
        add_line(out, place < to->count ? DNS_KEPT : DNS_REMOVED,
                 dns_record_copy(&from->records[i]));
    }
    for (size_t i = 0; i < to->count; i++) {
        if (to->records[i].type == type && !taken[i]) {
            add_line(out, DNS_ADDED, dns_record_copy(&to->records[i]));
        }
    }
}

static enum dns_verdict judge_undo(const struct dns_zone *zone, const struct dns_zone *before,
                                   const char *before_json, const char *after_json)
{
    enum dns_set_type set = DNS_SET_UNKNOWN;
    enum dns_verdict verdict = judge_zone(zone);

    if (verdict != DNS_VERDICT_READY) {
        return verdict;
    }
    if (dns_state_matches(zone, before_json)) {
        return DNS_VERDICT_THERE_ALREADY;
    }
    if (!dns_state_matches(zone, after_json)) {
        return DNS_VERDICT_CHANGED_SINCE;
    }
    if (!find_set(before, &set)) {
        return DNS_VERDICT_STATE_UNREADABLE;
    }
    if ((set == DNS_SET_CNAME || set == DNS_SET_NS) && !zone->subdomain) {
        return DNS_VERDICT_ONLY_ON_SUBDOMAIN;
    }
    verdict = judge_loss(zone);
    return verdict == DNS_VERDICT_READY ? judge_loss(before) : verdict;
}

static void plan_way_back(const struct dns_zone *zone, const struct dns_zone *before,
                          bool allow_conversion, struct dns_change *out)
{
    bool *taken = xcalloc(before->count + 1, sizeof(*taken));
    enum dns_set_type from = DNS_SET_UNKNOWN;
    enum dns_set_type to = DNS_SET_UNKNOWN;

    (void)find_set(zone, &from);
    (void)find_set(before, &to);
    out->converts = is_conversion(from, to);
    for (size_t i = 0; i < DNS_TYPE_COUNT; i++) {
        add_difference(zone, before, (enum dns_type)i, taken, out);
    }
    settle(from, allow_conversion, out);
    free(taken);
}

void dns_undo_plan(const struct dns_zone *zone, const char *before, const char *after,
                   bool allow_conversion, struct dns_change *out)
{
    struct err ignored = ERR_INIT;
    struct dns_zone to = {0};
    struct dns_zone from = {0};

    *out = (struct dns_change){.verdict = DNS_VERDICT_STATE_UNREADABLE};
    if (dns_state_read(before, &to, &ignored) && dns_state_read(after, &from, &ignored)) {
        out->verdict = judge_undo(zone, &to, before, after);
    }
    if (out->verdict == DNS_VERDICT_READY) {
        plan_way_back(zone, &to, allow_conversion, out);
    }
    dns_zone_free(&from);
    dns_zone_free(&to);
}

void dns_change_free(struct dns_change *change)
{
    for (size_t i = 0; i < change->count; i++) {
        dns_record_free(&change->lines[i].record);
    }
    free(change->lines);
    *change = (struct dns_change){0};
}

/* ---- what is left ---- */

/* The name's records after the change; owned by the caller. */
static struct dns_zone zone_after(const struct dns_change *change)
{
    struct dns_zone zone = {.on_beget = true};

    for (size_t i = 0; i < change->count; i++) {
        if (change->lines[i].mark != DNS_REMOVED) {
            dns_zone_add(&zone, dns_record_copy(&change->lines[i].record));
        }
    }
    return zone;
}

static struct json *print_type(const struct dns_zone *zone, enum dns_type type)
{
    struct json *list = json_list();
    int64_t order = 0;

    for (size_t i = 0; i < zone->count; i++) {
        const struct dns_record *record = &zone->records[i];
        struct json *written;

        if (record->type != type) {
            continue;
        }
        order += PRIORITY_STEP;
        written = json_add(list, json_object());
        json_set_int(written, "priority", type == DNS_MX ? record->preference : order);
        json_set_text(written, "value", record->value);
    }
    return list;
}

void dns_change_print(const struct dns_change *change, struct buf *out)
{
    struct dns_zone zone = zone_after(change);
    struct json *records = json_object();

    assert(change->verdict == DNS_VERDICT_READY);
    for (size_t i = 0; i < DNS_TYPE_COUNT; i++) {
        enum dns_type type = (enum dns_type)i;

        if (dns_zone_count(&zone, type) > 0) {
            json_set(records, dns_type_name(type), print_type(&zone, type));
        }
    }
    json_print(records, out);
    json_free(records);
    dns_zone_free(&zone);
}

void dns_change_state(const struct dns_change *change, struct buf *out)
{
    struct dns_zone zone = zone_after(change);

    dns_zone_state(&zone, out);
    dns_zone_free(&zone);
}
