/* SPDX-License-Identifier: MIT */
#include "shared/base/settings.h"

#include "shared/base/blanks.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* ---- one reader per type; each returns true or appends one line to `problems` ---- */

static bool reject(const struct setting *row, struct buf *problems, const char *wrong)
{
    buf_addf(problems, "%s: %s\n", row->name, wrong);
    return false;
}

static bool store_text(const struct setting *row, const char *text, void *out, struct buf *problems)
{
    size_t len = strlen(text);

    if (len >= row->size) {
        buf_addf(problems, "%s: is longer than %zu bytes\n", row->name, row->size - 1);
        return false;
    }
    memcpy(out, text, len + 1);
    return true;
}

/* Reads all of `text` as a decimal number. */
static bool read_number(const char *text, int64_t *out)
{
    char *end;
    intmax_t value;

    errno = 0;
    value = strtoimax(text, &end, 10);
    if (errno != 0 || end == text || *end != '\0') {
        return false;
    }
    *out = value;
    return true;
}

static bool store_int(const struct setting *row, const char *text, void *out, struct buf *problems)
{
    int64_t value;

    if (!read_number(text, &value) || value < row->min || value > row->max) {
        buf_addf(problems, "%s: must be a number from %" PRId64 " to %" PRId64 "\n", row->name,
                 row->min, row->max);
        return false;
    }
    memcpy(out, &value, sizeof(value));
    return true;
}

/* Walks "a|b|c"; returns the index of `text`, or -1. */
static int choice_index(const char *choices, const char *text)
{
    size_t text_len = strlen(text);
    int index = 0;

    for (const char *choice = choices; choice; index++) {
        const char *bar = strchr(choice, '|');
        size_t len = bar ? (size_t)(bar - choice) : strlen(choice);

        if (len == text_len && strncasecmp(choice, text, len) == 0) {
            return index;
        }
        choice = bar ? bar + 1 : NULL;
    }
    return -1;
}

static bool store_choice(const struct setting *row, const char *text, void *out,
                         struct buf *problems)
{
    int index = choice_index(row->choices, text);

    if (index < 0) {
        buf_addf(problems, "%s: must be one of %s\n", row->name, row->choices);
        return false;
    }
    memcpy(out, &index, sizeof(index));
    return true;
}

static bool store_ids(const struct setting *row, const char *text, void *out, struct buf *problems)
{
    struct setting_ids list = {.count = 0};
    char copy[1024];
    char *item = copy;

    if (strlen(text) >= sizeof(copy)) {
        return reject(row, problems, "is too long");
    }
    memcpy(copy, text, strlen(text) + 1);
    while (item) {
        char *comma = strchr(item, ',');
        int64_t id;

        if (comma) {
            *comma = '\0';
        }
        item = blanks_skip(item);
        blanks_cut_end(item);
        if (!read_number(item, &id) || id == 0) {
            return reject(row, problems,
                          "must be chat ids separated by commas, like 123456789,-1001234567890");
        }
        if (list.count == SETTING_IDS_MAX) {
            return reject(row, problems, "has more than 32 chat ids");
        }
        list.ids[list.count++] = id;
        item = comma ? comma + 1 : NULL;
    }
    memcpy(out, &list, sizeof(list));
    return true;
}

typedef bool store_fn(const struct setting *row, const char *text, void *out, struct buf *problems);

static store_fn *const STORE[] = {
    [SETTING_TEXT] = store_text,     [SETTING_SECRET] = store_text, [SETTING_INT] = store_int,
    [SETTING_CHOICE] = store_choice, [SETTING_IDS] = store_ids,
};

static bool load_row(const struct setting *row, const char *text, void *out, struct buf *problems)
{
    const char *wrong;
    bool may_be_empty = (row->type == SETTING_TEXT || row->type == SETTING_SECRET) && row->min == 0;

    if (!text || (*text == '\0' && (!may_be_empty || !row->fallback))) {
        text = row->fallback;
    }
    if (!text) {
        buf_addf(problems, "%s: is required: %s\n", row->name, row->help);
        return false;
    }
    wrong = row->check && *text != '\0' ? row->check(text) : NULL;
    if (wrong) {
        return reject(row, problems, wrong);
    }
    return STORE[row->type](row, text, (char *)out + row->offset, problems);
}

bool settings_load(const struct setting rows[], size_t count, setting_lookup_fn *lookup,
                   void *context, void *out, struct buf *problems)
{
    bool ok = problems->len == 0;

    for (size_t i = 0; i < count; i++) {
        size_t before = problems->len;
        const char *text = lookup(context, rows[i].name);

        if (problems->len != before) {
            ok = false; /* the lookup has said what is wrong */
            continue;
        }
        ok = load_row(&rows[i], text, out, problems) && ok;
    }
    return ok;
}

/* ---- printing ---- */

static void print_choice(const char *choices, int index, FILE *stream)
{
    const char *choice = choices;

    for (int i = 0; i < index; i++) {
        choice = strchr(choice, '|') + 1;
    }
    (void)fprintf(stream, "%.*s", (int)strcspn(choice, "|"), choice);
}

static void print_ids(const struct setting_ids *list, FILE *stream)
{
    for (size_t i = 0; i < list->count; i++) {
        (void)fprintf(stream, "%s%" PRId64, i > 0 ? "," : "", list->ids[i]);
    }
}

/* An address may hold a user and a password: all up to its "@" is printed as "***". */
static void print_text(const char *text, FILE *stream)
{
    const char *slashes = strstr(text, "://");
    const char *at = slashes ? strrchr(slashes, '@') : NULL; /* a password may hold '@', too */

    if (at) {
        (void)fprintf(stream, "%.*s***%s", (int)(slashes + 3 - text), text, at);
    } else {
        (void)fprintf(stream, "%s", text);
    }
}

static void print_value(const struct setting *row, const void *values, FILE *stream)
{
    const void *member = (const char *)values + row->offset;
    int64_t number;
    int index;
    struct setting_ids list;

    switch (row->type) {
    case SETTING_TEXT:
        print_text(member, stream);
        break;
    case SETTING_SECRET:
        (void)fprintf(stream, "%s", *(const char *)member == '\0' ? "" : "***");
        break;
    case SETTING_INT:
        memcpy(&number, member, sizeof(number));
        (void)fprintf(stream, "%" PRId64, number);
        break;
    case SETTING_CHOICE:
        memcpy(&index, member, sizeof(index));
        print_choice(row->choices, index, stream);
        break;
    case SETTING_IDS:
        memcpy(&list, member, sizeof(list));
        print_ids(&list, stream);
        break;
    }
}

void settings_print(const struct setting rows[], size_t count, const void *values, FILE *stream)
{
    for (size_t i = 0; i < count; i++) {
        (void)fprintf(stream, "%s=", rows[i].name);
        print_value(&rows[i], values, stream);
        (void)fputc('\n', stream);
    }
}

void settings_print_help(const struct setting rows[], size_t count, FILE *stream)
{
    for (size_t i = 0; i < count; i++) {
        const struct setting *row = &rows[i];

        (void)fprintf(stream, "# %s%s\n%s=%s\n", row->help, row->fallback ? "" : " (required)",
                      row->name, row->fallback ? row->fallback : "");
    }
}

/* ---- checks ---- */

static bool starts_with(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

const char *setting_check_http_url(const char *text)
{
    bool known = starts_with(text, "http://") || starts_with(text, "https://");

    return known && !strpbrk(text, " \t\"<>") && !strchr(text, '?') &&
                   !strchr("/", *(strstr(text, "//") + 2))
               ? NULL
               : "must be an address like https://host[:port][/path]";
}

const char *setting_check_redis_url(const char *text)
{
    static const char *const SCHEMES[] = {"redis://", "rediss://", "unix://", "sentinel://",
                                          "sentinels://"};
    bool known = false;

    for (size_t i = 0; i < ARRAY_LEN(SCHEMES); i++) {
        known = known || starts_with(text, SCHEMES[i]);
    }
    return known && !strpbrk(text, " \t\"<>")
               ? NULL
               : "must be redis://host:port/db, rediss://host:port/db, unix:///path,"
                 " sentinel://host:port,host:port/master/db or sentinels://...";
}

const char *setting_check_prefix(const char *text)
{
    size_t len = strlen(text);
    size_t good = strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-");

    return good == len && len <= 32 ? NULL : "must be 1 to 32 letters, digits, _ or -";
}
