/* SPDX-License-Identifier: MIT */
/*
 * What the hosting API answered: pure decoding of its envelope.
 *
 * The API reports errors on two levels inside HTTP 200 and is loose about
 * types; every kind of failure has one name here and, in chat/texts, one
 * sentence for the user.
 */
#ifndef WORKER_BEGET_ANSWER_H
#define WORKER_BEGET_ANSWER_H

#include "shared/io/json.h"

#include <stdbool.h>
#include <stddef.h>

enum beget_failure {
    BEGET_OK,
    BEGET_NOT_SENT,    /* could not connect: nothing has happened                            */
    BEGET_NO_ANSWER,   /* sent, then a timeout, a reset, HTTP 5xx: nobody knows              */
    BEGET_UNREADABLE,  /* an answer that is not what the API documents (HTML, cut JSON, ...)  */
    BEGET_DENIED,      /* AUTH_ERROR: wrong login or password, API access switched off       */
    BEGET_SECTION_OFF, /* AUTH_ERROR or code-less: this section is not ticked in the panel   */
    BEGET_LIMIT,       /* LIMIT_ERROR: 60 requests a minute, or a limit of the tariff        */
    BEGET_INVALID,     /* INVALID_DATA: arguments refused; the text says which               */
    BEGET_NOT_FOUND,   /* METHOD_FAILED about a name that is not on the account              */
    BEGET_FAILED,      /* METHOD_FAILED otherwise, and codes nobody has documented           */
    BEGET_BAD_REQUEST, /* INCORRECT_REQUEST, NO_SUCH_METHOD: a defect of this program        */
    BEGET_STOPPED,     /* this program is being stopped; the request is given back           */
    BEGET_FAILURE_COUNT,
};

enum { BEGET_TEXT_SIZE = 300 };

struct beget_answer {
    enum beget_failure failure;
    char text[BEGET_TEXT_SIZE]; /* what the API said, cut between characters; "" for nothing   */
    struct json *document;      /* owned: the whole answer; NULL when unreadable               */
    const struct json *result;  /* BEGET_OK: the result, borrowed from document; may be NULL    */
};

/* "not_sent", "limit", ...: for logs and events; static. */
const char *beget_failure_name(enum beget_failure failure);

/* What a person on call would want to see; a name that does not exist is nobody's trouble. */
bool beget_failure_is_trouble(enum beget_failure failure);

/* What stays as it is until a person acts: the login, the panel's settings, a defect. */
bool beget_failure_needs_person(enum beget_failure failure);

/* Reads an HTTP answer of the API. Never fails: what cannot be read is a failure of its own. */
void beget_answer_read(int http_status, const char *body, size_t len, struct beget_answer *out);

/*
 * For a change: "result":false is the API's "did not work" without an error,
 * so BEGET_OK becomes BEGET_FAILED. Of a read it may be the answer.
 */
void beget_answer_refuse_false(struct beget_answer *answer);

void beget_answer_free(struct beget_answer *answer);

#endif
