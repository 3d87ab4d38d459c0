/* SPDX-License-Identifier: MIT */
/*
 * What was given up: reading {prefix}:dead, page by page, and which of it is
 * meant. Letters are updates that were never finished and replies that can
 * never be delivered.
 */
#ifndef DEPLOY_QUEUECTL_DEAD_H
#define DEPLOY_QUEUECTL_DEAD_H

#include "deploy/queuectl/session.h"
#include "shared/base/field.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Texts are borrowed, "" for what is missing. */
struct dead_letter {
    const char *id;
    const char *kind; /* of an update; "reply" of a reply; "" when it is neither */
    const char *chat_id;
    const char *update_id; /* of a reply the one that it answers */
    const char *user;
    const char *text; /* of an update what was written; of a reply the method */
    const char *reason;
    int64_t died_ms;
    int64_t deliveries;
    const struct field *fields;
    size_t field_count;
};

/* Which letters are meant; all zero: every one. */
struct dead_filter {
    int64_t older_ms;  /* died so long ago, or longer */
    const char *kind;  /* or NULL                     */
    const char *match; /* in the reason or the text, in capital or small letters; or NULL */
};

/* A letter out of the fields of an entry. Pure. */
void dead_read(const char *id, const struct field fields[], size_t count, struct dead_letter *out);

/* Pure. */
bool dead_is_meant(const struct dead_filter *filter, const struct dead_letter *letter,
                   int64_t now_ms);

/* The filter that the options make. */
struct dead_filter dead_filter_of(const struct options *options);

/* What dead_each() calls, oldest first; false ends it. */
typedef bool dead_visit(void *context, const struct dead_letter *letter);

/* Every letter that is meant. Fails as redis_run(). */
MUST_CHECK bool dead_each(struct session *session, const struct dead_filter *filter,
                          dead_visit *visit, void *context, struct err *err);

#endif
