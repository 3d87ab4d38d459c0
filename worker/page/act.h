/* SPDX-License-Identifier: MIT */
/*
 * What somebody asks of the queue with a button of the operators' page: read out of the body of
 * POST /api/act, and turned into a call of a function for operators. Pure.
 *
 *   {"verb":"settle","id":"1001","outcome":"not-done","why":"the account shows none","who":"ann"}
 *
 * `verb` is retry, drop, settle, release, pause or resume, or "check", which does nothing: whether
 * the token is right. `id` is that of an entry, of settle an update_id; pause and resume have none.
 * `who` may be missing.
 */
#ifndef WORKER_PAGE_ACT_H
#define WORKER_PAGE_ACT_H

#include "shared/base/err.h"
#include "shared/io/json.h"

#include <stdbool.h>
#include <stddef.h>

enum { ACT_WORDS_MOST = 4, ACT_WHO_SIZE = 96 };

struct act {
    const char *function;              /* "bq_settle"; NULL when there is nothing to do */
    const char *words[ACT_WORDS_MOST]; /* borrowed from `tree`, and from the next member */
    size_t word_count;
    char who[ACT_WHO_SIZE]; /* "page", or "page ann" */
    struct json *tree;      /* owned */
};

/*
 * Free with act_free(), and do not copy: words point into it. Fails: ERR_REJECT with what is
 * missing or is not as above
 */
MUST_CHECK bool act_read(const char *body, size_t len, struct act *out, struct err *err);

void act_free(struct act *act);

#endif
