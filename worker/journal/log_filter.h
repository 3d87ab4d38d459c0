/* SPDX-License-Identifier: MIT */
/*
 * What somebody looks for in the log: one text, read as everything that it may
 * mean. Pure.
 *
 *   @boris           what this person did, nobody else
 *   1002             what the person, or the chat, with this id did; names with it
 *   shop             people, actions and names that have it as a part
 *   пример.рф        the same name, which the log has in punycode
 */
#ifndef WORKER_JOURNAL_LOG_FILTER_H
#define WORKER_JOURNAL_LOG_FILTER_H

#include <stdbool.h>
#include <stdint.h>

enum { LOG_FILTER_SIZE = 256 /* bytes of text and the NUL; what is longer is cut */ };

/* The columns that texts are looked for in. */
enum log_column { LOG_COLUMN_USER, LOG_COLUMN_ACTION, LOG_COLUMN_TARGET, LOG_COLUMN_COUNT };

/* A plain value. */
struct log_filter {
    char text[LOG_FILTER_SIZE]; /* in small letters; "" finds everything       */
    bool person;                /* only the person of exactly this name        */
    bool numeric;               /* also an id                                  */
    int64_t number;             /* numeric only                                */
};

/* Any text is a filter; blanks around it do not count. */
void log_filter_read(const char *text, struct log_filter *out);

/* Whether a row whose `column` has `value` is looked for. Letters count as equal, large or small.
 */
bool log_filter_matches(const struct log_filter *filter, enum log_column column, const char *value);

#endif
