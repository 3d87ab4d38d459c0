/* SPDX-License-Identifier: MIT */
/*
 * One edit of a name's records as it is typed, and as the text of a target
 * holds it, so that people read in Redis what a button does. Pure.
 *
 *     A 192.0.2.10                      to add or to delete: a type, and all that follows is the
 * value MX 10 mx.example.com TXT v=spf1 -all A 192.0.2.10 192.0.2.20           to change: the type,
 * the old and the new value, each a word, MX 10 a.example.com 20 a.example.com TXT "v=spf1 -all"
 * "v=spf1 ~all"   or in quotes, with \" and \\ in them TXT #1f2e3d4c5b6a7988             the record
 * with that dns_record_key(): in place of an old value that is too long for a target, or that
 * nobody can type
 */
#ifndef WORKER_CHAT_DNS_WORDS_H
#define WORKER_CHAT_DNS_WORDS_H

#include "shared/base/buf.h"
#include "worker/beget/dns_edit.h"
#include "worker/beget/dns_state.h"
#include "worker/chat/texts.h"

#include <stdbool.h>

/* A plain value. */
struct dns_words {
    struct dns_edit edit;
    char old_key[DNS_KEY_SIZE]; /* "" when edit.old says what the old record is */
};

/* False: *out_why is a sentence that says what is wrong, with {name}. */
bool dns_words_read(enum dns_edit_kind kind, const char *text, struct dns_words *out,
                    enum text_id *out_why);

/* Looks the old record up by its key, when it was given so. False: it is not there. */
bool dns_words_resolve(struct dns_words *words, const struct dns_zone *zone);

/* The type that a text begins with; false when it is none that can be edited. */
bool dns_words_type(const char *text, enum dns_type *out);

/* Appends the text that deletes the record: it never means another one. */
void dns_words_of(const struct dns_record *record, struct buf *out);

/* The record that such a text means, borrowed from the zone; NULL when it is not there. */
const struct dns_record *dns_words_find(const struct dns_zone *zone, const char *text);

/* Appends the text that changes the record of `of`, a text that deletes it, to the value `typed`.
 */
void dns_words_changing(const char *of, const char *typed, struct buf *out);

/*
 * Appends the edit as people see it, a line for each record: "− A 192.0.2.10", "+ A 192.0.2.20".
 * Long values are cut. `zone` is where a key is looked up, and may be empty.
 */
void dns_words_show(enum dns_edit_kind kind, const char *text, const struct dns_zone *zone,
                    struct buf *out);

#endif
