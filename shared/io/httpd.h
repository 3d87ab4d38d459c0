/* SPDX-License-Identifier: MIT */
/*
 * A small HTTP server: every request is one call of one function.
 *
 * The only module that includes <microhttpd.h>. Each connection has its own
 * thread, so a handler may wait (long polling); it should give up when
 * httpd_stopping() turns true.
 */
#ifndef SHARED_IO_HTTPD_H
#define SHARED_IO_HTTPD_H

#include "shared/base/buf.h"
#include "shared/base/err.h"
#include "shared/base/field.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct httpd; /* opaque */

struct httpd_request {
    const char *method;       /* "GET", "POST", ...                           */
    const char *path;         /* percent-decoded, without the query           */
    const char *content_type; /* "" when absent                               */
    const char *body;         /* NUL-terminated; may hold other NULs          */
    size_t body_len;          /* bytes in body                                */
    void *connection;         /* for httpd_query() and httpd_header()         */
};

/* What becomes of the connection. */
enum httpd_fate {
    HTTPD_ANSWER, /* the response is sent                                     */
    HTTPD_DROP,   /* closed without a byte (the peer sees a reset or an end)  */
    HTTPD_CUT,    /* half of the body, then closed                            */
};

struct httpd_response {
    int status;               /* 200 unless the handler sets it               */
    const char *content_type; /* static; "application/json" unless set        */
    const char *header;       /* static name of one more header, or NULL      */
    char header_value[256];   /* its value                                    */
    const struct field *more; /* static: further headers, texts; NULL: none   */
    size_t more_count;        /*                                              */
    struct buf body;          /* ceiling 64 MiB                               */
    enum httpd_fate fate;     /* HTTPD_ANSWER unless set                      */
};

/* Called from many threads at once. */
typedef void httpd_handler(void *context, const struct httpd_request *request,
                           struct httpd_response *response);

/*
 * Listens on `address`, "127.0.0.1:8081" or "[::1]:0"; port 0 takes a free one.
 * Bodies over `max_body_bytes` are answered 413 with no call of the handler.
 * Fails: ERR_FATAL bad address, port in use.
 */
MUST_CHECK struct httpd *httpd_start(const char *address, size_t max_body_bytes,
                                     httpd_handler *handler, void *context, struct err *err);

/* For a server that strangers, or programs that hang, may connect to. */
struct httpd_limits {
    size_t max_body_bytes;
    unsigned connections; /* so many at a time: the oldest is closed to make room for one more */
    unsigned idle_s;      /* a connection that says nothing for so long is closed              */
};

/* The same with limits: who is slow, on purpose or not, keeps nobody else from being served. */
MUST_CHECK struct httpd *httpd_start_limited(const char *address, const struct httpd_limits *limits,
                                             httpd_handler *handler, void *context,
                                             struct err *err);

/* The port that is being listened on. */
int httpd_port(const struct httpd *httpd);

/* True once httpd_stop() has been called: waiting handlers return. */
bool httpd_stopping(const struct httpd *httpd);

/* Waits for running handlers, then releases everything. NULL is a no-op. */
void httpd_stop(struct httpd *httpd);

/* A parameter of the query, percent-decoded, or NULL. Borrowed for the call. */
const char *httpd_query(const struct httpd_request *request, const char *name);

/* Calls `each` for every parameter of the query, in order, percent-decoded, both texts borrowed. */
typedef void httpd_each(void *context, const char *name, const char *value);
void httpd_each_query(const struct httpd_request *request, httpd_each *each, void *context);

/* A request header, or NULL. Borrowed for the call. */
const char *httpd_header(const struct httpd_request *request, const char *name);

#endif
