/* SPDX-License-Identifier: MIT */
/* All records of one name. */
#include "worker/chat/screens.h"

#include "shared/base/utf8.h"
#include "worker/beget/dns_edit.h"

#include <string.h>

enum {
    VALUE_POINTS = 1500,           /* a longer value is cut, and says how long it is  */
    LINE_MAX_BYTES = 1500 * 4 * 6, /* as many points, each escaped at the worst     */
    PAGE_RECORDS = 80,             /* Telegram shows about 100 parts in <b> or <code> */
};

/* ---- one record ---- */

/* Appends "<code>10 mx1.beget.com</code>", shortened when it is very long. */
static void add_value(struct buf *out, enum language language, const struct dns_record *record)
{
    struct buf value;
    struct text_number room;
    size_t points;

    buf_init(&value, 1 << 20);
    dns_record_print(record, &value);
    points = utf8_count(buf_text(&value), value.len);
    if (points > VALUE_POINTS) {
        value.data[utf8_prefix_bytes(value.data, value.len, VALUE_POINTS)] = '\0';
    }
    buf_addf(out, "<code>");
    text_escape(out, buf_text(&value));
    buf_addf(out, "</code>");
    if (points > VALUE_POINTS) {
        text_html(out, language, TEXT_DNS_CUT,
                  TEXT_ARGS({"count", text_number(&room, (int64_t)points)}));
    }
    buf_free(&value);
}

/* The time to live that all records of a type share, or 0. */
static int64_t shared_ttl(const struct dns_zone *zone, enum dns_type type)
{
    int64_t ttl = -1;

    for (size_t i = 0; i < zone->count; i++) {
        const struct dns_record *record = &zone->records[i];

        if (record->type != type) {
            continue;
        }
        if (ttl >= 0 && record->ttl != ttl) {
            return 0;
        }
        ttl = record->ttl;
    }
    return ttl > 0 ? ttl : 0;
}

static void add_ttl(struct buf *out, enum language language, int64_t ttl)
{
    struct text_number room;

    buf_addf(out, " · ");
    text_html(out, language, TEXT_DNS_TTL, TEXT_ARGS({"ttl", text_number(&room, ttl)}));
}

/* The line above the records of a type: "<b>MX</b> · TTL 300 s". */
static void add_heading(struct buf *out, enum language language, const struct dns_zone *zone,
                        enum dns_type type)
{
    int64_t ttl = shared_ttl(zone, type);

    buf_addf(out, "\n\n<b>");
    if (type == DNS_SERVER || type == DNS_SERVER_IP) {
        text_html(out, language, type == DNS_SERVER ? TEXT_DNS_SERVERS : TEXT_DNS_SERVER_IPS, NULL);
    } else {
        buf_addf(out, "%s", dns_type_name(type));
    }
    buf_addf(out, "</b>");
    if (ttl > 0) {
        add_ttl(out, language, ttl);
    }
}

/* ---- pages of records ---- */

/*
 * Writes the lines of record `index`: its heading when it is the first of its
 * type or of the page, then the value.
 */
static void add_record(struct buf *out, const struct scene *scene, size_t index, bool first_of_page)
{
    const struct dns_record *record = &scene->zone.records[index];
    bool first_of_type = index == 0 || scene->zone.records[index - 1].type != record->type;

    if (first_of_type || first_of_page) {
        add_heading(out, scene->language, &scene->zone, record->type);
    }
    buf_addf(out, "\n");
    add_value(out, scene->language, record);
    if (record->ttl > 0 && shared_ttl(&scene->zone, record->type) == 0) {
        add_ttl(out, scene->language, record->ttl);
    }
}

/*
 * Appends the records from `first` on, as many as `budget` code points hold and
 * at least one. Returns the index after the last.
 */
static size_t add_page(const struct scene *scene, size_t budget, size_t first, struct buf *out)
{
    size_t index = first;
    size_t used = 0;
    struct buf record;

    buf_init(&record, LINE_MAX_BYTES);
    while (index < scene->zone.count) {
        add_record(&record, scene, index, index == first);
        used += utf8_count(buf_text(&record), record.len);
        if (index > first && (used > budget || index - first == PAGE_RECORDS)) {
            break;
        }
        buf_add(out, buf_text(&record), record.len);
        buf_free(&record);
        index++;
    }
    buf_free(&record);
    return index;
}

/*
 * Leaves the text of page `wanted`, or of the last one when there are fewer,
 * in `out`. Returns how many pages there are, at least 1.
 */
static int64_t lay_out(const struct scene *scene, size_t budget, int64_t wanted, struct buf *out)
{
    size_t next = 0;
    int64_t pages = 0;

    do {
        struct buf one;

        buf_init(&one, PAGE_TEXT_MAX_BYTES);
        next = add_page(scene, budget, next, &one);
        pages++;
        if (pages <= wanted) {
            buf_free(out);
            buf_add(out, buf_text(&one), one.len);
        }
        buf_free(&one);
    } while (next < scene->zone.count);
    return pages;
}

/* ---- what else there is to know about the name ---- */

/* Said before a value is typed in vain, to those who might. */
static bool is_locked(const struct scene *scene)
{
    return (dns_zone_count(&scene->zone, DNS_CAA) > 0 ||
            dns_zone_count(&scene->zone, DNS_SRV) > 0) &&
           rights_may_edit_dns(&scene->rights, scene->target.name);
}

static void draw_notes(const struct scene *scene, struct page *page)
{
    const struct dns_zone *zone = &scene->zone;
    struct text_number count;

    if (!zone->on_beget) {
        page_line(page, TEXT_DNS_ELSEWHERE, NULL);
    }
    if (zone->set_type == DNS_SET_CNAME) {
        page_line(page, TEXT_DNS_IS_CNAME, NULL);
    }
    if (zone->set_type == DNS_SET_NS) {
        page_line(page, TEXT_DNS_IS_NS, NULL);
    }
    if (is_locked(scene)) {
        page_line(page, TEXT_DNS_LOCKED, NULL);
    }
    if (zone->unknown_count > 0) {
        page_line(page, TEXT_DNS_UNKNOWN_TYPES,
                  TEXT_ARGS({"count", text_number(&count, (int64_t)zone->unknown_count)}));
    }
    if (zone->count == 0 && zone->unknown_count == 0) {
        page_line(page, TEXT_DNS_EMPTY, NULL);
    }
}

/* Where the name is listed: the domain itself, or the subdomains of its domain. */
static struct target way_up(const struct scene *scene)
{
    const struct account_name *domain = account_domain_of(&scene->domains, scene->target.name);

    if (!domain) {
        return target_to(SCREEN_DOMAINS);
    }
    return target_about(strcmp(domain->name, scene->target.name) == 0 ? SCREEN_DOMAIN
                                                                      : SCREEN_SUBDOMAINS,
                        domain->name);
}

/* A domain's own name is not deleted here. */
static bool may_delete_name(const struct scene *scene)
{
    return !account_find(&scene->domains, scene->target.name) &&
           rights_may_delete(&scene->rights, scene->target.name);
}

static bool has_editable(const struct dns_zone *zone)
{
    for (int type = 0; type < DNS_TYPE_COUNT; type++) {
        if (dns_type_limit((enum dns_type)type) > 0 &&
            dns_zone_count(zone, (enum dns_type)type) > 0) {
            return true;
        }
    }
    return false;
}

/* Only what the chat may do, and where it has an effect. */
static void draw_editing(const struct scene *scene, struct page *page)
{
    struct target change = target_about(SCREEN_DNS_TYPES, scene->target.name);
    struct target add = target_about(SCREEN_DNS_ADD, scene->target.name);
    bool may_edit = rights_may_edit_dns(&scene->rights, scene->target.name);
    bool may_delete = rights_may_delete_dns(&scene->rights, scene->target.name);
    bool may_change = (may_edit || may_delete) && has_editable(&scene->zone);

    if (!scene->zone.on_beget) {
        return;
    }
    if (may_change) {
        page_button(page, TEXT_BUTTON_DNS_CHANGE, NULL, &change, true);
    }
    if (may_edit) {
        page_button(page, TEXT_BUTTON_DNS_ADD_ASK, NULL, &add, !may_change);
    }
}

void draw_dns(const struct scene *scene, struct page *page)
{
    struct target back = way_up(scene);
    struct page_range turns = {.page = scene->target.page};
    struct target here = scene->target;
    struct target delete = target_of_change(TARGET_ASK, CHANGE_SUB_DEL, scene->target.name, "");
    char shown[IDN_UNICODE_SIZE];
    struct buf records;
    size_t head;

    idn_to_unicode(scene->target.name, shown);
    page_line(page, TEXT_DNS, TEXT_ARGS({"name", shown}));
    draw_notes(scene, page);
    head = utf8_count(buf_text(&page->text), page->text.len);
    buf_init(&records, PAGE_TEXT_MAX_BYTES);
    turns.pages = lay_out(scene, PAGE_TEXT_POINTS - head, turns.page, &records);
    if (turns.page > turns.pages) {
        turns.page = turns.pages;
    }
    buf_add(&page->text, buf_text(&records), records.len);
    buf_free(&records);
    here.page = turns.page;
    page_turns(page, &here, &turns);
    page_button(page, TEXT_BUTTON_REFRESH, NULL, &here, true);
    draw_editing(scene, page);
    if (may_delete_name(scene)) {
        page_button(page, TEXT_BUTTON_SUB_DEL_ASK, NULL, &delete, true);
    }
    draw_way_back(page, &back);
}
