/* SPDX-License-Identifier: MIT */
/* From the records of a name to the one that is to be changed, and to the kind of one to add. */
#include "worker/chat/screens.h"

#include "shared/base/compiler.h"
#include "worker/beget/dns_edit.h"
#include "worker/chat/dns_diff.h"
#include "worker/chat/dns_words.h"

#include <string.h>

enum {
    RECORD_POINTS = 3000, /* of the one record that is shown; a longer one is cut */
    LABEL_MAX_BYTES = 1 << 20,
};

static bool is_editable(enum dns_type type)
{
    return dns_type_limit(type) > 0;
}

static struct target of_type(const struct scene *scene, enum dns_type type)
{
    return target_with_text(target_about(SCREEN_DNS_TYPE, scene->target.name), dns_type_name(type));
}

static struct target adding(const struct scene *scene, enum dns_type type)
{
    return target_with_text(target_of_prompt(PROMPT_DNS_ADD, scene->target.name),
                            dns_type_name(type));
}

/* ---- kinds ---- */

static void draw_kind(const struct scene *scene, enum dns_type type, bool starts_row,
                      struct page *page)
{
    struct target target = of_type(scene, type);
    size_t count = dns_zone_count(&scene->zone, type);
    struct buf label;

    buf_init(&label, PAGE_LABEL_SIZE);
    buf_addf(&label, "%s (%zu)", dns_type_name(type), count);
    page_button_named(page, buf_text(&label), &target, starts_row);
    buf_free(&label);
}

void draw_dns_types(const struct scene *scene, struct page *page)
{
    struct target back = target_about(SCREEN_DNS, scene->target.name);
    struct target add = target_about(SCREEN_DNS_ADD, scene->target.name);
    struct target history = target_about(SCREEN_HISTORY, scene->target.name);
    bool may_edit = rights_may_edit_dns(&scene->rights, scene->target.name);
    char shown[IDN_UNICODE_SIZE];
    bool first = true;

    idn_to_unicode(scene->target.name, shown);
    page_line(page, TEXT_DNS_TYPES, TEXT_ARGS({"name", shown}));
    for (int type = 0; type < DNS_TYPE_COUNT; type++) {
        if (is_editable((enum dns_type)type) &&
            dns_zone_count(&scene->zone, (enum dns_type)type) > 0) {
            draw_kind(scene, (enum dns_type)type, first, page);
            first = false;
        }
    }
    if (may_edit) {
        page_button(page, TEXT_BUTTON_DNS_ADD_ASK, NULL, &add, true);
    }
    page_button(page, TEXT_BUTTON_DNS_HISTORY, NULL, &history, !may_edit);
    draw_way_back(page, &back);
}

/* A domain itself is neither an alias nor delegated by records. */
static bool may_have(const struct scene *scene, enum dns_type type)
{
    return is_editable(type) && ((type != DNS_CNAME && type != DNS_NS) ||
                                 !account_find(&scene->domains, scene->target.name));
}

void draw_dns_add(const struct scene *scene, struct page *page)
{
    struct target back = target_about(SCREEN_DNS, scene->target.name);
    char shown[IDN_UNICODE_SIZE];

    idn_to_unicode(scene->target.name, shown);
    page_line(page, TEXT_DNS_ADD, TEXT_ARGS({"name", shown}));
    for (int type = 0; type < DNS_TYPE_COUNT; type++) {
        struct target target = adding(scene, (enum dns_type)type);

        if (may_have(scene, (enum dns_type)type)) {
            page_button_named(page, dns_type_name((enum dns_type)type), &target,
                              type == DNS_A || type == DNS_TXT);
        }
    }
    draw_way_back(page, &back);
}

/* ---- records of one kind ---- */

static void draw_record_button(const struct scene *scene, const struct dns_record *record,
                               struct page *page)
{
    struct target target = target_about(SCREEN_DNS_RECORD, scene->target.name);
    struct buf text;

    buf_init(&text, LABEL_MAX_BYTES);
    dns_words_of(record, &text);
    target = target_with_text(target, buf_text(&text));
    buf_free(&text);
    dns_record_print(record, &text);
    page_button_named(page, buf_text(&text), &target, true);
    buf_free(&text);
}

void draw_dns_type(const struct scene *scene, struct page *page)
{
    const struct dns_zone *zone = &scene->zone;
    struct target back = target_about(SCREEN_DNS_TYPES, scene->target.name);
    enum dns_type type = DNS_A;
    char shown[IDN_UNICODE_SIZE];
    struct page_range range;
    struct text_number count;
    struct target add;
    size_t index = 0;

    (void)dns_words_type(scene->target.text, &type); /* no kind at all: the first is as good */
    range = page_range(dns_zone_count(zone, type), scene->target.page, PAGE_LIST_ITEMS);
    idn_to_unicode(scene->target.name, shown);
    page_line(page, TEXT_DNS_OF_TYPE,
              TEXT_ARGS({"name", shown}, {"type", dns_type_name(type)},
                        {"count", text_number(&count, (int64_t)dns_zone_count(zone, type))}));
    for (size_t i = 0; i < zone->count; i++) {
        if (zone->records[i].type == type && index++ >= range.first && index <= range.end) {
            draw_record_button(scene, &zone->records[i], page);
        }
    }
    page_turns(page, &scene->target, &range);
    add = adding(scene, type);
    if (rights_may_edit_dns(&scene->rights, scene->target.name)) {
        page_button(page, TEXT_BUTTON_DNS_ADD_ASK, NULL, &add, true);
    }
    draw_way_back(page, &back);
}

/* ---- one record ---- */

void draw_dns_record(const struct scene *scene, struct page *page)
{
    const char *name = scene->target.name;
    const char *text = scene->target.text;
    const struct dns_record *record = dns_words_find(&scene->zone, text);
    struct target change = target_with_text(target_of_prompt(PROMPT_DNS_SET, name), text);
    struct target delete =
        target_with_text(target_of_change(TARGET_ASK, CHANGE_DNS_DEL, name, ""), text);
    struct target back = target_about(SCREEN_DNS_TYPES, name);
    char shown[IDN_UNICODE_SIZE];

    idn_to_unicode(name, shown);
    if (!record || !is_editable(record->type)) {
        page_line(page, TEXT_DNS_RECORD_GONE, TEXT_ARGS({"name", shown}));
        draw_way_back(page, &back);
        return;
    }
    back = of_type(scene, record->type);
    page_line(page, TEXT_DNS_RECORD,
              TEXT_ARGS({"name", shown}, {"type", dns_type_name(record->type)}));
    dns_diff_line(&page->text, "", record, RECORD_POINTS);
    if (rights_may_edit_dns(&scene->rights, name)) {
        page_button(page, TEXT_BUTTON_DNS_SET_ASK, NULL, &change, true);
    }
    if (rights_may_delete_dns(&scene->rights, name)) {
        page_button(page, TEXT_BUTTON_DNS_DEL_ASK, NULL, &delete, false);
    }
    draw_way_back(page, &back);
}
