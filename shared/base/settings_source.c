/* SPDX-License-Identifier: MIT */
#include "shared/base/settings_source.h"

#include "shared/base/blanks.h"
#include "shared/base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SOURCE_MAX_BYTES = 65536 }; /* of .env, and of a file named by NAME_FILE */

struct pair {
    char *name;
    char *value;
};

struct setting_source {
    struct pair *pairs; /* of .env, owned, in the order of the file   */
    size_t count;
    int flags;            /* of open(), beside O_RDONLY                 */
    struct buf *problems; /* borrowed from settings_source_open()       */
    struct buf held;      /* contents of the last NAME_FILE looked up   */
};

static FILE *open_file(const char *path, int flags)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | flags);
    FILE *file = fd < 0 ? NULL : fdopen(fd, "r");

    if (fd >= 0 && !file) {
        (void)close(fd);
    }
    return file;
}

/* Appends the file's bytes; false with errno when it cannot be read. */
static bool read_file(const char *path, int flags, struct buf *out)
{
    FILE *file = open_file(path, flags);
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
    char *begin = blanks_skip(text);
    char quote = *begin;
    char *end;

    if (quote == '"' || quote == '\'') {
        end = strchr(begin + 1, quote);
        if (!end) {
            return "the quote is not closed";
        }
        *out_value = begin + 1;
        *end = '\0';
        end = blanks_skip(end + 1);
        return *end == '\0' || *end == '#' ? NULL : "text after the closing quote";
    }
    cut_comment(text);
    blanks_cut_end(begin);
    *out_value = begin;
    return NULL;
}

/* Reads one line of .env into `source`. Returns what is wrong, or NULL. */
static const char *read_line(struct setting_source *source, char *line)
{
    char *equals;
    char *value = NULL;
    const char *wrong;

    blanks_cut_end(line);
    line = blanks_skip(line);
    if (*line == '\0' || *line == '#') {
        return NULL;
    }
    if (strncmp(line, "export ", 7) == 0) {
        line = blanks_skip(line + 7);
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
static void load_env_file(const char *path, int flags, struct buf *text, struct buf *problems)
{
    char what[256];

    errno = 0;
    if (!read_file(path, flags, text) && errno != ENOENT) {
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
    load_env_file(path, source->flags, &text, source->problems);
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

static struct setting_source *open_source(const char *env_path, int flags, struct buf *problems)
{
    struct setting_source *source = xcalloc(1, sizeof(*source));

    source->flags = flags;
    source->problems = problems;
    buf_init(&source->held, SOURCE_MAX_BYTES);
    read_env_file(source, env_path);
    return source;
}

struct setting_source *settings_source_open(const char *env_path, struct buf *problems)
{
    return open_source(env_path, 0, problems);
}

/* An empty variable counts as unset, NULL: compose files set those. */
static const char *find_variable(const char *name)
{
    const char *text = getenv(name); /* NOLINT(concurrency-mt-unsafe): no thread changes it */

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
    if (!read_file(path, source->flags, &source->held)) {
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

bool settings_source_again(const char *env_path, const char *name, char out[], size_t out_size)
{
    struct buf problems;
    struct setting_source *source;
    const char *text;
    bool ok;

    buf_init(&problems, SOURCE_MAX_BYTES);
    source = open_source(env_path, O_NONBLOCK, &problems);
    text = settings_source_lookup(source, name);
    ok = text && text[0] != '\0' && problems.len == 0 && strlen(text) < out_size;
    if (ok) {
        memcpy(out, text, strlen(text) + 1);
    }
    settings_source_close(source);
    buf_free(&problems);
    return ok;
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
