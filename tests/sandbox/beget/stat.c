/* SPDX-License-Identifier: MIT */
/* The stat section: loads that follow from the ids alone, so that every run shows the same. */
#include "tests/sandbox/beget/handlers.h"

#include "shared/io/json.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { DAYS = 30, HOURS = 24, NUMBER_SIZE = 32, DATE_SIZE = 32 };

/* A load of 0.00 to 19.99, larger first for `place` 0. */
static void make_load(size_t place, char out[NUMBER_SIZE])
{
    (void)snprintf(out, NUMBER_SIZE, "%d.257188", (int)(19 / (place + 1)));
}

/* "site.ru" of "site.ru/public_html". */
static void set_directory(struct json *shown, const char *path)
{
    char name[CALL_TEXT_SIZE];

    (void)snprintf(name, sizeof(name), "%.*s", (int)strcspn(path, "/"), path);
    json_set_text(shown, "name", name);
}

void stat_get_sites_list_load(struct call *call)
{
    const struct rows *sites = &call->account->tables[TABLE_SITES];
    char load[NUMBER_SIZE];

    call->result = json_list();
    for (size_t i = 0; i < sites->count; i++) {
        struct json *shown = json_add(call->result, json_object());

        make_load(i, load);
        set_directory(shown, json_text(sites->items[i].json, "path"));
        json_set_text(shown, "id", sites->items[i].key);
        json_set_text(shown, "cp", load);
    }
}

void stat_get_db_list_load(struct call *call)
{
    const struct rows *databases = &call->account->tables[TABLE_DATABASES];
    char load[NUMBER_SIZE];

    call->result = json_list();
    for (size_t i = 0; i < databases->count; i++) {
        struct json *shown = json_add(call->result, json_object());

        make_load(i, load);
        json_set_text(shown, "name", databases->items[i].key);
        json_set_text(shown, "cp", load);
    }
}

/* `count` points under `name`: the hours of one day, or days of a month. */
static struct json *make_series(const char *name, int count, bool hours)
{
    struct json *series = json_list();

    for (int i = 0; i < count; i++) {
        struct json *point = json_add(series, json_object());
        char number[NUMBER_SIZE];
        char date[DATE_SIZE];

        (void)snprintf(number, sizeof(number), "0.%02d", i * 7 % 100);
        if (hours) {
            (void)snprintf(date, sizeof(date), "2025-06-02 %02d:00:00", i);
        } else {
            (void)snprintf(date, sizeof(date), "2025-05-%02d", i + 1);
        }
        json_set_text(point, name, number);
        json_set_text(point, "date", date);
    }
    return series;
}

void stat_get_site_load(struct call *call)
{
    char id[CALL_TEXT_SIZE];

    if (!call_text(call, "site_id", id)) {
        return;
    }
    if (!rows_find(&call->account->tables[TABLE_SITES], id)) {
        (void)call_refuse(call, "METHOD_FAILED", "Site not found");
        return;
    }
    call->result = json_object();
    json_set(call->result, "days", make_series("value", DAYS, false));
    json_set(call->result, "hours", make_series("value", HOURS, true));
}

static struct json *make_sizes(void)
{
    struct json *sizes = json_list();

    for (int i = 0; i < DAYS; i++) {
        struct json *point = json_add(sizes, json_object());
        char number[NUMBER_SIZE];
        char date[DATE_SIZE];

        (void)snprintf(date, sizeof(date), "2025-05-%02d", i + 1);
        (void)snprintf(number, sizeof(number), "%d", 229512 + i * 1024);
        json_set_text(point, "date", date);
        json_set_text(point, "size", number);
    }
    return sizes;
}

void stat_get_db_load(struct call *call)
{
    char name[CALL_TEXT_SIZE];

    if (!call_text(call, "db_name", name)) {
        return;
    }
    if (!rows_find(&call->account->tables[TABLE_DATABASES], name)) {
        (void)call_refuse(call, "METHOD_FAILED", "Database not found");
        return;
    }
    call->result = json_object();
    json_set(call->result, "hours", make_series("cpu_time", HOURS, true));
    json_set(call->result, "days", make_series("cpu_time", DAYS, false));
    json_set(call->result, "size_days", make_sizes());
}
