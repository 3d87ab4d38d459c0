/* SPDX-License-Identifier: MIT */
/*
 * A small keyed table of JSON values, in order of addition: what the account
 * holds of mailboxes, sites, cron jobs and the like.
 */
#ifndef TESTS_SANDBOX_BEGET_ROWS_H
#define TESTS_SANDBOX_BEGET_ROWS_H

#include <stdbool.h>
#include <stddef.h>

struct json;

struct row {
    char *key;         /* owned, unique in its table */
    struct json *json; /* owned                      */
};

/* All zero: empty. */
struct rows {
    struct row *items; /* owned      */
    size_t count;      /* in use     */
    size_t room;       /* allocated  */
};

void rows_free(struct rows *rows);

/* The value of `key`, borrowed and changeable in place, or NULL. */
struct json *rows_find(const struct rows *rows, const char *key);

/* Adds a row and takes `json` over; false, with `json` freed, when the key is there. */
bool rows_add(struct rows *rows, const char *key, struct json *json);

/* False when there is none. */
bool rows_remove(struct rows *rows, const char *key);

/* Removes the rows whose keys begin with `prefix`. */
void rows_remove_all(struct rows *rows, const char *prefix);

/* Copies of the values whose keys begin with `prefix`, as a list; the caller owns it. */
struct json *rows_list(const struct rows *rows, const char *prefix);

/* The same, latest first. */
struct json *rows_list_latest_first(const struct rows *rows);

#endif
