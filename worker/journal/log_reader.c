/* SPDX-License-Identifier: MIT */
#include "worker/journal/log_reader.h"

#include "shared/base/buf.h"
#include "shared/base/compiler.h"
#include "shared/base/mem.h"
#include "shared/io/idn.h"
#include "shared/io/sqlite.h"
#include "worker/journal/log_filter.h"
#include "worker/journal/schema.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BUSY_MS = 1000, SQL_MAX_BYTES = 1024 };

struct log_reader {
    char *path; /* owned */
};

struct log_reader *log_reader_new(const char *data_dir)
{
    struct log_reader *reader = xcalloc(1, sizeof(*reader));
    size_t size = strlen(data_dir) + sizeof("/bot.db");

    reader->path = xcalloc(1, size);
    (void)snprintf(reader->path, size, "%s/bot.db", data_dir);
    return reader;
}

void log_reader_free(struct log_reader *reader)
{
    if (reader) {
        free(reader->path);
        free(reader);
    }
}

/* ---- the ids that were found: the `wanted` nearest to where the page begins ---- */

struct finds {
    bool newest_first; /* else the oldest                                       */
    bool deeds;        /* nothing else is a find                                */
    size_t wanted;     /*                                                       */
    int64_t *ids;      /* owned; room for twice as many; the first are in order */
    size_t count;
    int64_t from_id; /* beyond this one ...                                   */
    int64_t to_id;   /* ... and before this one anything is a find            */
};

static int by_newest(const void *a, const void *b)
{
    int64_t left = *(const int64_t *)a;
    int64_t right = *(const int64_t *)b;

    return (left < right) - (left > right);
}

static int by_oldest(const void *a, const void *b)
{
    return by_newest(b, a);
}

/* Keeps the nearest, each once, and looks no further than them. */
static void keep_nearest(struct finds *finds)
{
    size_t kept = 0;

    if (finds->count == 0) {
        return;
    }
    qsort(finds->ids, finds->count, sizeof(finds->ids[0]),
          finds->newest_first ? by_newest : by_oldest);
    for (size_t i = 0; i < finds->count && kept < finds->wanted; i++) {
        if (kept == 0 || finds->ids[i] != finds->ids[kept - 1]) {
            finds->ids[kept++] = finds->ids[i];
        }
    }
    finds->count = kept;
    if (kept == finds->wanted) {
        finds->to_id = finds->ids[kept - 1];
    }
}

static void add_find(struct finds *finds, int64_t id)
{
    if (finds->count == 2 * finds->wanted) {
        keep_nearest(finds);
    }
    finds->ids[finds->count++] = id;
}

static void finds_init(struct finds *finds, const struct log_query *query)
{
    bool newest_first = query->after_id == 0;
    int64_t before_id = query->before_id > 0 ? query->before_id : INT64_MAX;

    *finds = (struct finds){
        .newest_first = newest_first,
        .deeds = query->deeds,
        .wanted = query->most + 1, /* one more says that there is another page */
        .from_id = newest_first ? before_id : query->after_id,
        .to_id = newest_first ? INT64_MIN : INT64_MAX,
    };
    finds->ids = xcalloc(2 * finds->wanted, sizeof(finds->ids[0]));
}

/* ---- asking for ids ---- */

/* The nearest rows where `condition` holds, which may have the parameter ?4. */
static struct sqlite_statement *prepare_ids(struct sqlite *db, const char *condition,
                                            const struct finds *finds, struct err *err)
{
    struct sqlite_statement *query;
    struct buf sql;

    buf_init(&sql, SQL_MAX_BYTES);
    buf_addf(&sql, "SELECT id FROM action_logs WHERE %s AND %s AND %s LIMIT ?3", condition,
             finds->deeds ? SCHEMA_IS_DEED : "1",
             finds->newest_first ? "id < ?1 AND id > ?2 ORDER BY id DESC"
                                 : "id > ?1 AND id < ?2 ORDER BY id ASC");
    query = sqlite_prepare(db, buf_text(&sql), err);
    buf_free(&sql);
    return query;
}

/* Adds what `query` finds, whose ?4 is bound. */
static bool run_ids(struct sqlite_statement *query, struct finds *finds, struct err *err)
{
    bool row = true;

    sqlite_bind_int(query, 1, finds->from_id);
    sqlite_bind_int(query, 2, finds->to_id);
    sqlite_bind_int(query, 3, (int64_t)finds->wanted);
    while (row) {
        if (!sqlite_step(query, &row, err)) {
            return false;
        }
        if (row) {
            add_find(finds, sqlite_column_int(query, 0));
        }
    }
    keep_nearest(finds);
    return true;
}

static bool find_all(struct sqlite *db, struct finds *finds, struct err *err)
{
    struct sqlite_statement *query = prepare_ids(db, "1", finds, err);
    bool ok = query && run_ids(query, finds, err);

    sqlite_finish(query);
    return ok;
}

static bool find_number(struct sqlite *db, const char *condition, int64_t number,
                        struct finds *finds, struct err *err)
{
    struct sqlite_statement *query = prepare_ids(db, condition, finds, err);
    bool ok = query != NULL;

    if (ok) {
        sqlite_bind_int(query, 4, number);
        ok = run_ids(query, finds, err);
    }
    sqlite_finish(query);
    return ok;
}

static bool find_text(struct sqlite_statement *query, const char *text, struct finds *finds,
                      struct err *err)
{
    sqlite_bind_text(query, 4, text);
    return run_ids(query, finds, err);
}

/* ---- looking for parts: the index gives each different value of a column at once ---- */

/* clang-format off */
static const struct {
    const char *condition; /* for one value                  */
    const char *next;      /* SQL: the value behind this one */
} COLUMNS[LOG_COLUMN_COUNT] = {
    [LOG_COLUMN_USER]   = {"username = ?4", "SELECT min(username) FROM action_logs WHERE username > ?"},
    [LOG_COLUMN_ACTION] = {"action = ?4",   "SELECT min(action) FROM action_logs WHERE action > ?"    },
    [LOG_COLUMN_TARGET] = {"target = ?4",   "SELECT min(target) FROM action_logs WHERE target > ?"    },
};
/* clang-format on */

/* Copies the value behind `after`, or NULL. */
static bool next_value(struct sqlite_statement *next, const char *after, char **out,
                       struct err *err)
{
    const char *found;
    bool row = false;

    sqlite_bind_text(next, 1, after);
    if (!sqlite_step(next, &row, err)) {
        return false;
    }
    found = row ? sqlite_column_text(next, 0) : NULL;
    *out = found ? xstrdup(found) : NULL;
    return !row || sqlite_step(next, &row, err); /* to the end: resets the statement */
}

/* The rows of each value that the filter matches. */
static bool find_values(struct sqlite_statement *query, struct sqlite_statement *next,
                        const struct log_filter *filter, enum log_column column,
                        struct finds *finds, bool *partial, struct err *err)
{
    char *value = xstrdup("");
    size_t count = 0;
    bool ok = true;

    while (ok && value && count < LOG_VALUES_MAX) {
        char *behind = NULL;

        ok = next_value(next, value, &behind, err);
        if (ok && behind && log_filter_matches(filter, column, behind)) {
            ok = find_text(query, behind, finds, err);
        }
        free(value);
        value = behind;
        count++;
    }
    *partial = *partial || (ok && value);
    free(value);
    return ok;
}

/* Whole values are found among any number of others. */
static bool find_whole(struct sqlite_statement *query, const struct log_filter *filter,
                       struct finds *finds, struct err *err)
{
    char ascii[IDN_ASCII_SIZE];
    struct err ignored = ERR_INIT;

    return find_text(query, filter->text, finds, err) &&
           (!idn_to_ascii(filter->text, ascii, &ignored) || find_text(query, ascii, finds, err));
}

static bool find_column(struct sqlite *db, const struct log_filter *filter, enum log_column column,
                        struct finds *finds, bool *partial, struct err *err)
{
    struct sqlite_statement *next = NULL;
    struct sqlite_statement *query = prepare_ids(db, COLUMNS[column].condition, finds, err);
    bool ok = query && find_whole(query, filter, finds, err);

    if (ok) {
        next = sqlite_prepare(db, COLUMNS[column].next, err);
        ok = next && find_values(query, next, filter, column, finds, partial, err);
    }
    sqlite_finish(next);
    sqlite_finish(query);
    return ok;
}

static bool find_filtered(struct sqlite *db, const struct log_filter *filter, struct finds *finds,
                          bool *partial, struct err *err)
{
    if (filter->text[0] == '\0') {
        return find_all(db, finds, err);
    }
    if (filter->numeric && (!find_number(db, "user_id = ?4", filter->number, finds, err) ||
                            !find_number(db, "chat_id = ?4", filter->number, finds, err))) {
        return false;
    }
    for (int column = 0; column < LOG_COLUMN_COUNT; column++) {
        if ((!filter->person || column == LOG_COLUMN_USER) &&
            !find_column(db, filter, (enum log_column)column, finds, partial, err)) {
            return false;
        }
    }
    return true;
}

/* ---- rows ---- */

/* Rows of the Python bot have no milliseconds, but a UTC text. */
static const char ROW_SQL[] =
    "SELECT coalesce(ms, 1000 * strftime('%s', created_at), 0), chat_id, user_id, username,"
    "  action, target, result, \"before\", \"after\" FROM action_logs WHERE id = ?";

enum { TEXT_COLUMNS = 6, FIRST_TEXT_COLUMN = 3 };

/* Copies the texts of the row into one block of *out_size bytes, which it returns. */
static char *copy_texts(struct sqlite_statement *query, const char *out[TEXT_COLUMNS],
                        size_t *out_size)
{
    size_t sizes[TEXT_COLUMNS];
    size_t size = 0;
    char *texts;
    char *at;

    for (int i = 0; i < TEXT_COLUMNS; i++) {
        const char *text = sqlite_column_text(query, FIRST_TEXT_COLUMN + i);

        sizes[i] = text ? strlen(text) + 1 : 1;
        size += sizes[i];
    }
    texts = xcalloc(size, 1);
    at = texts;
    for (int i = 0; i < TEXT_COLUMNS; i++) {
        const char *text = sqlite_column_text(query, FIRST_TEXT_COLUMN + i);

        memcpy(at, text ? text : "", sizes[i]);
        out[i] = at;
        at += sizes[i];
    }
    *out_size = size;
    return texts;
}

static bool read_row(struct sqlite_statement *query, int64_t id, struct log_page *page,
                     size_t *out_size, struct err *err)
{
    const char *text[TEXT_COLUMNS];
    bool row = false;
    char *texts;

    sqlite_bind_int(query, 1, id);
    if (!sqlite_step(query, &row, err)) {
        return false;
    }
    if (!row) { /* its id was read from an index, in the same snapshot of the file */
        return err_set(err, ERR_REJECT,
                       "the file is damaged, row %" PRId64 " is missing: restore a backup", id);
    }
    texts = copy_texts(query, text, out_size);
    page->rows[page->count++] = (struct log_row){.id = id,
                                                 .ms = sqlite_column_int(query, 0),
                                                 .chat_id = sqlite_column_int(query, 1),
                                                 .user_id = sqlite_column_int(query, 2),
                                                 .user = text[0],
                                                 .action = text[1],
                                                 .target = text[2],
                                                 .result = text[3],
                                                 .before = text[4],
                                                 .after = text[5],
                                                 .texts = texts};
    return sqlite_step(query, &row, err); /* to the end: resets the statement */
}

static void turn_round(struct log_page *page)
{
    for (size_t i = 0; i < page->count / 2; i++) {
        struct log_row *other = &page->rows[page->count - 1 - i];
        struct log_row row = page->rows[i];

        page->rows[i] = *other;
        *other = row;
    }
}

/*
 * The page of the first `most` finds, or of fewer that fill LOG_PAGE_MAX_BYTES. *out_more says
 * that there is another one.
 */
static bool read_rows(struct sqlite *db, const struct finds *finds, size_t most,
                      struct log_page *page, bool *out_more, struct err *err)
{
    struct sqlite_statement *query = sqlite_prepare(db, ROW_SQL, err);
    size_t count = finds->count < most ? finds->count : most;
    size_t bytes = 0;
    bool ok = query != NULL;

    page->rows = xcalloc(count > 0 ? count : 1, sizeof(page->rows[0]));
    while (ok && page->count < count && bytes < LOG_PAGE_MAX_BYTES) {
        size_t size = 0;

        ok = read_row(query, finds->ids[page->count], page, &size, err);
        bytes += size;
    }
    sqlite_finish(query);
    *out_more = finds->count > page->count;
    if (!finds->newest_first) {
        turn_round(page);
    }
    return ok;
}

void log_page_free(struct log_page *page)
{
    for (size_t i = 0; i < page->count; i++) {
        free(page->rows[i].texts);
    }
    free(page->rows);
    *page = (struct log_page){.count = 0};
}

/* ---- one question ---- */

/* The columns are of version 3, the indexes without which a question takes seconds of this one. */
static bool check_version(struct sqlite *db, struct err *err)
{
    int64_t version = 0;

    if (!sqlite_query_int(db, "SELECT max(version) FROM schema_version", 0, &version, err)) {
        return false;
    }
    return version >= SCHEMA_VERSION ||
           err_set(err, ERR_RETRY,
                   "the journal has not brought the file up to date yet: see what it says in "
                   "the worker's log");
}

/* What a question works out inside one snapshot of the file. */
typedef bool question_fn(struct sqlite *db, const void *asked, struct log_page *page,
                         struct err *err);

static bool ask(struct log_reader *reader, question_fn *question, const void *asked,
                struct log_page *out, struct err *err)
{
    struct sqlite *db = sqlite_open_to_read(reader->path, BUSY_MS, err);
    struct log_page page = {.count = 0};
    bool ok = db && sqlite_exec(db, "BEGIN", err) && check_version(db, err) &&
              question(db, asked, &page, err) && sqlite_exec(db, "COMMIT", err);

    sqlite_close(db); /* ends the transaction where it did not come to its end */
    if (ok) {
        *out = page;
        return true;
    }
    log_page_free(&page);
    if (err->kind == ERR_FATAL) {
        err->kind = ERR_REJECT; /* of this question; the bot goes on */
    }
    return err_prefix(err, "the log");
}

static bool read_page(struct sqlite *db, const void *asked, struct log_page *page, struct err *err)
{
    const struct log_query *query = asked;
    struct log_filter filter;
    struct finds finds;
    bool more = false;
    bool ok;

    log_filter_read(query->filter ? query->filter : "", &filter);
    finds_init(&finds, query);
    ok = find_filtered(db, &filter, &finds, &page->partial, err) &&
         read_rows(db, &finds, query->most, page, &more, err);
    page->older = finds.newest_first ? more : true;
    page->newer = finds.newest_first ? query->before_id > 0 : more;
    free(finds.ids);
    return ok;
}

static bool read_changes(struct sqlite *db, const void *asked, struct log_page *page,
                         struct err *err)
{
    const struct log_query *query = asked;
    struct sqlite_statement *ids = NULL;
    struct finds finds;
    bool ok;

    finds_init(&finds, query);
    ids = prepare_ids(db, "target = ?4 AND result = 'ok' AND substr(action, 1, 4) = 'dns_'", &finds,
                      err);
    ok = ids && find_text(ids, query->filter, &finds, err) &&
         read_rows(db, &finds, query->most, page, &page->older, err);
    sqlite_finish(ids);
    free(finds.ids);
    return ok;
}

struct update_query {
    int64_t update_id;
    size_t most;
};

static bool read_of_update(struct sqlite *db, const void *asked, struct log_page *page,
                           struct err *err)
{
    const struct update_query *query = asked;
    struct finds finds;
    bool ok;

    finds_init(&finds, &(struct log_query){.most = query->most});
    ok = find_number(db, "ref = ?4", query->update_id, &finds, err) &&
         read_rows(db, &finds, query->most, page, &page->older, err);
    free(finds.ids);
    return ok;
}

bool log_read(struct log_reader *reader, const struct log_query *query, struct log_page *out,
              struct err *err)
{
    struct log_query newest = *query;

    assert(query->most > 0 && query->most <= LOG_ROWS_MAX);
    if (!ask(reader, read_page, query, out, err)) {
        return false;
    }
    if (query->after_id == 0 || out->newer) {
        return true;
    }
    log_page_free(out); /* few are left up to the newest: a whole page of those is better */
    newest.after_id = 0;
    newest.before_id = 0;
    return ask(reader, read_page, &newest, out, err);
}

bool log_last_changes(struct log_reader *reader, const char *name, size_t most,
                      struct log_page *out, struct err *err)
{
    struct log_query query = {.filter = name, .most = most};

    assert(most > 0 && most <= LOG_ROWS_MAX);
    return ask(reader, read_changes, &query, out, err);
}

bool log_of_update(struct log_reader *reader, int64_t update_id, size_t most, struct log_page *out,
                   struct err *err)
{
    const struct update_query query = {.update_id = update_id, .most = most};

    assert(most > 0 && most <= LOG_ROWS_MAX);
    return ask(reader, read_of_update, &query, out, err);
}
