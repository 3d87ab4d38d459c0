/* SPDX-License-Identifier: MIT */
/*
 * HTTP exchanges over kept-alive connections: one and wait, or many at once.
 *
 * The only module that includes <curl/curl.h>. A client is one curl multi
 * handle and belongs to one thread. TCP keep-alive is on, redirects are not
 * followed, TLS is 1.2 or later, certificates and their names are checked, and
 * errors name a request by its label: a URL may hold a secret and never reaches
 * a message. SSL_CERT_FILE names the authorities to trust in place of the
 * system's, as OpenSSL's own programs have it. The environment's proxy
 * (https_proxy, no_proxy) is used for https:// alone.
 */
#ifndef SHARED_IO_HTTP_H
#define SHARED_IO_HTTP_H

#include "shared/base/buf.h"
#include "shared/base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct http_client;   /* opaque */
struct http_exchange; /* opaque: one request under way, or done */

/* One part of a multipart/form-data body: a field, or a file. */
struct http_part {
    const char *name;         /* of the field; copied, as are the others            */
    const char *file_name;    /* NULL for a field                                   */
    const char *content_type; /* of a file; NULL for a field                        */
    const char *data;         /* any bytes                                          */
    size_t len;               /* bytes in data                                      */
};

struct http_request {
    const char *label;             /* how errors name this call; static or outlives it   */
    const char *url;               /* absolute; may contain a secret; copied             */
    const char *content_type;      /* of the body; NULL without one                      */
    const char *body;              /* to POST, copied; NULL to GET, or for a form        */
    size_t body_len;               /* bytes in body                                      */
    const struct http_part *parts; /* to POST as a form; NULL for none                   */
    size_t part_count;             /* at least one, when there are parts                 */
    const char *bearer;            /* a secret for Authorization, copied; NULL for none  */
    bool direct;                   /* no proxy, for https:// either                      */
    int64_t timeout_ms;            /* whole exchange, connect included; > 0              */
    size_t max_body_bytes;         /* ceiling of the response body; > 0                  */
};

struct http_response {
    int status;             /* 100 to 599; 0 when none arrived                      */
    int64_t retry_after_ms; /* from Retry-After; 0 when absent                      */
    bool sent;              /* false: not a byte of the request left this machine,  */
                            /* so repeating it cannot do anything twice             */
    struct buf body;        /* owned by the response                                */
};

/* Once per process, before threads start and after they end. Fails: ERR_FATAL. */
MUST_CHECK bool http_library_init(struct err *err);
void http_library_free(void);

/*
 * Fails: ERR_FATAL. The caller owns the client; http_client_free(NULL) is a
 * no-op. Its exchanges are freed first.
 */
MUST_CHECK struct http_client *http_client_new(struct err *err);
void http_client_free(struct http_client *client);

void http_response_free(struct http_response *response);

/*
 * Sends `request` and waits. True means a complete HTTP response arrived,
 * whatever its status. `response` is filled on failure too, as far as it got;
 * free it in both cases.
 *
 * Fails: ERR_RETRY   no complete response (DNS, connect, TLS, reset, timeout)
 *        ERR_REJECT  the body passes max_body_bytes
 *        ERR_STOPPED shutdown was requested; at once
 *        ERR_FATAL   bad URL, untrusted certificate
 */
MUST_CHECK bool http_perform(struct http_client *client, const struct http_request *request,
                             struct http_response *response, struct err *err);

/*
 * The same in two steps, for a caller with something to do meanwhile: start,
 * then http_wait() until it returns this exchange. `context` comes back by
 * http_exchange_context(). Shutdown does not abort it;
 * http_exchange_free() does.
 * Fails: ERR_FATAL as above.
 */
MUST_CHECK struct http_exchange *http_start(struct http_client *client,
                                            const struct http_request *request, void *context,
                                            struct err *err);

/*
 * Waits up to `ms` for any exchange of this client to end, for `fd` (-1: none)
 * to become readable, or for shutdown when `until_stop`. Returns an ended
 * exchange, or NULL when one of the other three happened first; call again
 * with 0 to collect more. The caller releases it with http_exchange_free().
 */
struct http_exchange *http_wait(struct http_client *client, int64_t ms, int fd, bool until_stop);

void *http_exchange_context(const struct http_exchange *exchange);

/* The outcome of an ended exchange: as http_perform(). `response` is borrowed, NULL never. */
MUST_CHECK bool http_exchange_result(const struct http_exchange *exchange,
                                     const struct http_response **response, struct err *err);

/* Releases an exchange, aborting it when it still runs. NULL is a no-op. */
void http_exchange_free(struct http_exchange *exchange);

/* Appends `text` percent-encoded: everything but A-Z a-z 0-9 - . _ ~ (RFC 3986). */
void http_add_escaped(struct buf *out, const char *text);

#endif
