/* SPDX-License-Identifier: MIT */
#include "shared/base/settings.h"

#include "shared/base/mem.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
    SOURCE_MAX_BYTES = 65536, /* of .env, and of a file named by NAME_FILE */
};

/* ---- where values come from ---- */

struct pair {
    char *name;
    char *value;
};

struct setting_source {
    struct pair *pairs; /* of .env, owned, in the order of the file   */
    size_t count;
    struct buf *problems; /* borrowed from settings_source_open()       */
    struct buf held;      /* contents of the last NAME_FILE looked up   */
};

/* Appends the file's bytes; false with errno when it cannot be read. */
static bool read_file(const char *path, struct buf *out)
{
    FILE *file = fopen(path, "re");
    char chunk[1024];
    size_t got;
    bool ok;

    if (!file) {
        return false;
    }
    do {
        got = fread(chunk, 1, sizeof(chunk), file);
        buf_add(out, chunk, got);
    } while (got == sizeof(chunk) && buf_ok(out)); /* a device may have no end */
    ok = !ferror(file);
    (void)fclose(file);
    return ok;
}

static bool is_name(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        char c = text[i];
        bool letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_';

        if (!letter && (i == 0 || c < '0' || c > '9')) {
            return false;
        }
    }
    return len > 0;
}

static char *skip_blanks(char *text)
{
    return text + strspn(text, " \t");
}

static void cut_trailing_blanks(char *text)
{
    size_t len = strlen(text);

    while (len > 0 && strchr(" \t\r", text[len - 1])) {
        text[--len] = '\0';
    }
}

/* A "#" behind a blank begins a comment; one inside a password does not. */
static void cut_comment(char *text)
{
    for (char *c = text; *c != '\0'; c++) {
        if (*c == '#' && c > text && (c[-1] == ' ' || c[-1] == '\t')) {
            *c = '\0';
            return;
        }
    }
}

/* Cuts the value out of what follows "=". Returns what is wrong, or NULL. */
static const char *read_value(char *text, char **out_value)
{
    char *begin = skip_blanks(text);
    char quote = *begin;
    char *end;

    if (quote == '"' || quote == '\'') {
        end = strchr(begin + 1, quote);
        if (!end) {
            return "the quote is not closed";
        }
        *out_value = begin + 1;
        *end = '\0';
        end = skip_blanks(end + 1);
        return *end == '\0' || *end == '#' ? NULL : "text after the closing quote";
    }
    cut_comment(text);
    cut_trailing_blanks(begin);
    *out_value = begin;
    return NULL;
}

/* Reads one line of .env into `source`. Returns what is wrong, or NULL. */
static const char *read_line(struct setting_source *source, char *line)
{
    char *equals;
    char *value = NULL;
    const char *wrong;

    cut_trailing_blanks(line);
    line = skip_blanks(line);
    if (*line == '\0' || *line == '#') {
        return NULL;
    }
    if (strncmp(line, "export ", 7) == 0) {
        line = skip_blanks(line + 7);
    }
    equals = strchr(line, '=');
    if (!equals || !is_name(line, (size_t)(equals - line))) {
        return "expected NAME=value, a # comment or an empty line";
    }
    *equals = '\0';
    wrong = read_value(equals + 1, &value);
    if (wrong) {
        return wrong;
    }
    source->pairs = xreallocarray(source->pairs, source->count + 1, sizeof(*source->pairs));
    source->pairs[source->count++] = (struct pair){.name = xstrdup(line), .value = xstrdup(value)};
    return NULL;
}

/* Appends "<what> cannot be read: Permission denied". */
static void say_unreadable(struct buf *problems, const char *what, int error)
{
    char reason[128];

    if (strerror_r(error, reason, sizeof(reason)) != 0) {
        (void)snprintf(reason, sizeof(reason), "errno %d", error);
    }
    buf_addf(problems, "%s cannot be read: %s\n", what, reason);
}

/* Leaves the file's text in `text`, empty when there is no file. */
static void load_env_file(const char *path, struct buf *text, struct buf *problems)
{
    char what[256];

    errno = 0;
    if (!read_file(path, text) && errno != ENOENT) {
        (void)snprintf(what, sizeof(what), "%s:", path);
        say_unreadable(problems, what, errno);
    }
    if (!buf_ok(text)) {
        buf_addf(problems, "%s: is larger than %d bytes\n", path, SOURCE_MAX_BYTES);
    }
    if (strlen(buf_text(text)) != text->len) {
        buf_addf(problems, "%s: is not a text file: it holds a NUL byte\n", path);
    }
}

static void read_env_file(struct setting_source *source, const char *path)
{
    static const char BYTE_ORDER_MARK[] = "\xef\xbb\xbf"; /* some editors begin files with it */
    struct buf text;
    char *line;
    int number = 0;

    buf_init(&text, SOURCE_MAX_BYTES);
    load_env_file(path, &text, source->problems);
    line = text.data;
    if (line && strncmp(line, BYTE_ORDER_MARK, strlen(BYTE_ORDER_MARK)) == 0) {
        line += strlen(BYTE_ORDER_MARK);
    }
    while (line) {
        char *end = strchr(line, '\n');
        const char *wrong;

        if (end) {
            *end = '\0';
        }
        number++;
        wrong = read_line(source, line);
        if (wrong) {
            buf_addf(source->problems, "%s line %d: %s\n", path, number, wrong);
        }
        line = end ? end + 1 : NULL;
    }
    buf_free(&text);
}

struct setting_source *settings_source_open(const char *env_path, struct buf *problems)
{
    struct setting_source *source = xcalloc(1, sizeof(*source));

    source->problems = problems;
    buf_init(&source->held, SOURCE_MAX_BYTES);
    read_env_file(source, env_path);
    return source;
}

/* An empty variable counts as unset, NULL: compose files set those. */
static const char *find_variable(const char *name)
{
    const char *text = getenv(name); /* NOLINT(concurrency-mt-unsafe): before any thread starts */

    return text && *text != '\0' ? text : NULL;
}

/* The value in .env, or NULL. The last line wins, as in a shell. */
static const char *find_line(const struct setting_source *source, const char *name)
{
    for (size_t i = source->count; i > 0; i--) {
        if (strcmp(source->pairs[i - 1].name, name) == 0) {
            return source->pairs[i - 1].value;
        }
    }
    return NULL;
}

/* The first line of the file that the setting `file_name` names: editors end files with "\n". */
static const char *read_named_file(struct setting_source *source, const char *file_name,
                                   const char *path)
{
    char what[256];

    buf_free(&source->held);
    (void)snprintf(what, sizeof(what), "%s: the file it names", file_name);
    if (!read_file(path, &source->held)) {
        say_unreadable(source->problems, what, errno);
        return NULL;
    }
    if (!buf_ok(&source->held)) {
        buf_addf(source->problems, "%s is larger than %d bytes\n", what, SOURCE_MAX_BYTES);
        return NULL;
    }
    if (source->held.data) {
        source->held.data[strcspn(source->held.data, "\r\n")] = '\0';
    }
    return buf_text(&source->held);
}

const char *settings_source_lookup(void *context, const char *name)
{
    struct setting_source *source = context;
    const char *text = find_variable(name);
    char file_name[128];
    const char *path;

    if (text) {
        return text;
    }
    (void)snprintf(file_name, sizeof(file_name), "%s_FILE", name);
    path = find_variable(file_name);
    path = path ? path : find_line(source, file_name);
    if (path && *path != '\0') {
        return read_named_file(source, file_name, path);
    }
    text = find_line(source, name);
    return text ? text : getenv(name); /* NOLINT(concurrency-mt-unsafe): as above; NULL or "" */
}

void settings_source_close(struct setting_source *source)
{
    if (!source) {
        return;
    }
    for (size_t i = 0; i < source->count; i++) {
        free(source->pairs[i].name);
        free(source->pairs[i].value);
    }
    free(source->pairs);
    buf_free(&source->held);
    free(source);
}

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
        item = skip_blanks(item);
        cut_trailing_blanks(item);
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
    bool known = starts_with(text, "redis://") || starts_with(text, "rediss://") ||
                 starts_with(text, "unix://");

    return known && !strpbrk(text, " \t\"<>")
               ? NULL
               : "must be redis://host:port/db, rediss://host:port/db or unix:///path";
}

const char *setting_check_prefix(const char *text)
{
    size_t len = strlen(text);
    size_t good = strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-");

    return good == len && len <= 32 ? NULL : "must be 1 to 32 letters, digits, _ or -";
}
