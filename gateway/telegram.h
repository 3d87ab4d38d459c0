/* SPDX-License-Identifier: MIT */
/*
 * The Bot API: one call as a request and its answer.
 *
 * The token lives here and nowhere else: it is part of every URL, so errors
 * name a call by its method, and descriptions that come back have the token
 * masked. A handle belongs to one thread.
 */
#ifndef GATEWAY_TELEGRAM_H
#define GATEWAY_TELEGRAM_H

#include "shared/base/err.h"
#include "shared/io/http.h"
#include "shared/io/json.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct telegram; /* opaque */

/* What became of a call, as far as it can be known. */
struct telegram_answer {
    bool sent;                  /* false: it cannot have had an effect                      */
    int status;                 /* HTTP; 0 when no complete response arrived                */
    bool readable;              /* the body was a Bot API answer                            */
    bool ok;                    /* Telegram says it was done; implies readable              */
    int error_code;             /* Telegram's, else the HTTP status; 0 for none             */
    char description[256];      /* Telegram's words, or what went wrong on the way          */
    int64_t retry_after_s;      /* of a 429; 0 when not given                               */
    int64_t migrate_to_chat_id; /* of a 400; 0 when not given                               */
    const struct json *result;  /* borrowed from `envelope`; NULL unless ok                 */
    struct json *envelope;      /* owned; NULL unless ok                                    */
};

/*
 * `api_url` is the server: "https://api.telegram.org".
 * Fails: ERR_FATAL
 */
MUST_CHECK struct telegram *telegram_new(const char *api_url, const char *token, struct err *err);
void telegram_free(struct telegram *telegram); /* NULL is a no-op */

/*
 * Forgets every connection and address it has: for a server that is not heard
 * of any more. No call may be under way.
 * Fails: ERR_FATAL
 */
MUST_CHECK bool telegram_reconnect(struct telegram *telegram, struct err *err);

/* For http_wait() while calls are under way. Borrowed. */
struct http_client *telegram_http(struct telegram *telegram);

/*
 * Begins a call. `method` must outlive it and be made of letters only;
 * `params` is the text of a JSON object. When http_wait() returns the
 * exchange, telegram_finish() reads it. http_exchange_free() aborts it.
 * Fails: ERR_FATAL the API URL is malformed
 */
MUST_CHECK struct http_exchange *telegram_start(struct telegram *telegram, const char *method,
                                                const char *params, int64_t timeout_ms,
                                                void *context, struct err *err);

/* A file that goes with a call. Borrowed. */
struct telegram_file {
    const char *field; /* the parameter that it is, "document" */
    const char *name;  /* as people see it                     */
    const char *content;
    size_t len; /* bytes of content */
};

/* The same as a form with a file in it, as the Bot API takes files; `params` are the others. */
MUST_CHECK struct http_exchange *telegram_start_upload(struct telegram *telegram,
                                                       const char *method, const char *params,
                                                       const struct telegram_file *file,
                                                       int64_t timeout_ms, void *context,
                                                       struct err *err);

/* Reads an ended exchange and releases it. The caller frees *out with telegram_answer_free(). */
void telegram_finish(struct telegram *telegram, struct http_exchange *exchange,
                     struct telegram_answer *out);

/*
 * Both in one, waiting. With `until_stop`, a shutdown aborts it. The caller
 * frees *out in any case.
 * Fails: ERR_STOPPED, ERR_FATAL; every other outcome is an answer
 */
MUST_CHECK bool telegram_call(struct telegram *telegram, const char *method, const char *params,
                              int64_t timeout_ms, bool until_stop, struct telegram_answer *out,
                              struct err *err);

/*
 * Reads a complete HTTP response: an answer, an empty body, a proxy's HTML
 * page or an answer cut short. Pure.
 */
void telegram_read(int status, const char *body, size_t len, struct telegram_answer *out);

void telegram_answer_free(struct telegram_answer *answer); /* of a zeroed one is a no-op */

/* True for 1 to 64 letters: what may stand in the URL as a method. */
bool telegram_method_valid(const char *method);

#endif
