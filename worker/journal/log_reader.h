/* SPDX-License-Identifier: MIT */
/*
 * Reads the log that the journal writes: DATA_DIR/bot.db, table action_logs.
 *
 * The file belongs to the journal, of this process or of another one on the
 * same folder. Each question opens it for reading, waits at most a second for
 * it, and closes it again, so that the journal can fold its write-ahead log in
 * when the workers stop. What was done a moment ago may not be there yet: the
 * journal follows within a second, as a rule.
 *
 * Rows are told in the order in which the journal got them, which is that of
 * the events in Redis. A page is found by the id of a row, so it stays the same
 * page while rows are added. Of a million rows, a page of ten is found within
 * 4 ms among 1,000 different names and within 60 ms among 20,000.
 * A reader belongs to one thread.
 */
#ifndef WORKER_JOURNAL_LOG_READER_H
#define WORKER_JOURNAL_LOG_READER_H

#include "shared/base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    LOG_ROWS_MAX = 10000,                 /* of one page                               */
    LOG_PAGE_MAX_BYTES = 4 * 1024 * 1024, /* of texts: the row that passes it ends the page */
    LOG_VALUES_MAX = 20000, /* people, actions, names each: among so many, parts are looked for */
};

struct log_reader; /* opaque */

/* Texts are never NULL, "" where the log has none; borrowed from `texts`. */
struct log_row {
    int64_t id;         /* grows from row to row                                             */
    int64_t ms;         /* Unix time                                                         */
    int64_t chat_id;    /* where; 0 when unknown                                             */
    int64_t user_id;    /* who; 0 for the system itself                                      */
    const char *user;   /* "name" of a person who is "@name", else the full name             */
    const char *action; /* shared/wire/event.h; of the Python bot's rows what was typed      */
    const char *target; /* names in punycode                                                 */
    const char *result; /* "ok", "error", "refused", "unknown"; "" in the Python bot's rows  */
    const char *before; /* JSON                                                              */
    const char *after;  /* JSON                                                              */
    char *texts;        /* owned by the page                                                 */
};

struct log_page {
    struct log_row *rows; /* newest first; owned by the page                             */
    size_t count;         /* of rows                                                     */
    bool newer;           /* there are rows above this page                              */
    bool older;           /* ... below it                                                */
    bool partial;         /* there are too many different values to find every part: the */
                          /* filter found some, whole values all                         */
};

struct log_query {
    const char *filter; /* what log_filter_read() takes; NULL or "" for everything         */
    int64_t before_id;  /* the rows older than this one; 0: the newest of all              */
    int64_t after_id;   /* instead: those just newer; the newest of all when few are left  */
    size_t most;        /* rows; 1 to LOG_ROWS_MAX                                         */
    bool deeds;         /* only changes, refusals and what nobody can know                 */
};

/* `data_dir` is copied. Opens nothing. */
struct log_reader *log_reader_new(const char *data_dir);
void log_reader_free(struct log_reader *reader); /* NULL is a no-op */

/*
 * One page of what `query` asks for; none is a page with no rows. The caller
 * releases it with log_page_free().
 *
 * Fails: ERR_RETRY  busy for longer than a second, trouble with the disk, or the
 *                   journal has not brought the file up to date yet
 *        ERR_REJECT missing, not readable, damaged; the message says what to do
 */
MUST_CHECK bool log_read(struct log_reader *reader, const struct log_query *query,
                         struct log_page *out, struct err *err);

/*
 * The last `most` changes of the DNS records of `name`, in punycode, that were
 * carried out: actions "dns_...", result "ok". `older` says that there are more.
 * Fails as log_read().
 */
MUST_CHECK bool log_last_changes(struct log_reader *reader, const char *name, size_t most,
                                 struct log_page *out, struct err *err);

/*
 * What was done because of one update, the last `most` rows. All of the file is looked through:
 * for a person who waits, not for a step; a second for some million rows. Fails as log_read().
 */
MUST_CHECK bool log_of_update(struct log_reader *reader, int64_t update_id, size_t most,
                              struct log_page *out, struct err *err);

void log_page_free(struct log_page *page); /* of a zeroed one is a no-op */

#endif
