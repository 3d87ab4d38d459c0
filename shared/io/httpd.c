/* SPDX-License-Identifier: MIT */
#include "shared/io/httpd.h"

#include "shared/base/clock.h"
#include "shared/base/listen_address.h"
#include "shared/base/mem.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <microhttpd.h>
#include <netdb.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    RESPONSE_MAX_BYTES = 64 << 20,   /* of a body                                             */
    CONNECTIONS_MAX = 4096,          /* one thread each                                       */
    CONNECTION_POOL_BYTES = 65536,   /* request line and headers; a long query is in the line */
    CONNECTION_STACK_BYTES = 524288, /* reserved, not used: pages count once touched          */
    CONNECTION_IDLE_S = 600,         /* longer than any handler waits                         */
    PORT_SIZE = 6,                   /* its digits and the NUL                                */
    ENDING_MOST = 4, /* times the limit, with those that were told to end and have not yet: */
                     /* beyond it the library turns new ones away                           */
};

/* One connection that is open, of those that are counted. */
struct connection {
    int fd;
    int64_t since_ms; /* monotonic                    */
    bool closing;     /* its thread has been told so  */
};

struct httpd {
    struct MHD_Daemon *daemon; /* owned; its threads use the rest           */
    httpd_handler *handler;    /* never NULL                                */
    void *context;             /* for the handler                           */
    size_t max_body_bytes;     /* of a request                              */
    int port;                  /* being listened on                         */
    atomic_bool stopping;      /* written by httpd_stop(), read by handlers */

    unsigned most;                  /* connections at a time; 0: nobody counts   */
    pthread_mutex_t lock;           /* of the rest                               */
    size_t open_count;              /*                                           */
    struct connection *connections; /* owned; room for ENDING_MOST times `most`  */
};

/* What is kept between the calls that one request consists of. */
struct exchange {
    struct buf body; /* of the request, as far as it arrived */
};

/* A body of which the first half is sent. */
struct cut {
    struct buf body; /* owned */
};

/* ---- listening ---- */

static int bind_socket(const struct addrinfo *where)
{
    int yes = 1;
    int saved;
    int fd = socket(where->ai_family, where->ai_socktype, where->ai_protocol);

    if (fd < 0) {
        return -1;
    }
    if (fcntl(fd, F_SETFD, FD_CLOEXEC) == 0 &&
        setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes)) == 0 &&
        bind(fd, where->ai_addr, where->ai_addrlen) == 0 && listen(fd, SOMAXCONN) == 0) {
        return fd;
    }
    saved = errno;
    (void)close(fd);
    errno = saved;
    return -1;
}

/* A listening socket, or -1. */
static int listen_on(const char *address, struct err *err)
{
    struct addrinfo hints = {
        .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV,
        .ai_family = AF_UNSPEC,
        .ai_socktype = SOCK_STREAM,
    };
    struct listen_address parts = {.port = 0};
    struct addrinfo *where = NULL;
    char port[PORT_SIZE];
    bool known = listen_address_read(address, &parts);
    int fd;

    (void)snprintf(port, sizeof(port), "%d", parts.port);
    if (!known || getaddrinfo(parts.host, port, &hints, &where) != 0) {
        (void)err_set(err, ERR_FATAL,
                      "http server: cannot listen on \"%s\": it must be an IP address and a port, "
                      "as 127.0.0.1:8081 or [::1]:8081",
                      address);
        return -1;
    }
    fd = bind_socket(where);
    if (fd < 0) {
        char why[128];

        (void)strerror_r(errno, why, sizeof(why));
        (void)err_set(err, ERR_FATAL, "http server: cannot listen on %s: %s", address, why);
    }
    freeaddrinfo(where);
    return fd;
}

static int bound_port(int fd)
{
    struct sockaddr_storage where = {0};
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
    socklen_t len = sizeof(where);

    if (getsockname(fd, (struct sockaddr *)&where, &len) != 0) {
        return 0;
    }
    memcpy(&v4, &where, sizeof(v4));
    memcpy(&v6, &where, sizeof(v6));
    return ntohs(where.ss_family == AF_INET6 ? v6.sin6_port : v4.sin_port);
}

/* ---- answering ---- */

static ssize_t read_cut(void *context, uint64_t position, char *out, size_t max)
{
    const struct cut *cut = context;
    size_t left = cut->body.len / 2 - (size_t)position;

    if (left == 0) {
        return MHD_CONTENT_READER_END_WITH_ERROR; /* closes the connection */
    }
    if (left > max) {
        left = max;
    }
    memcpy(out, cut->body.data + position, left);
    return (ssize_t)left;
}

static void free_cut(void *context)
{
    struct cut *cut = context;

    buf_free(&cut->body);
    free(cut);
}

/* Takes the body over. */
static struct MHD_Response *make_cut(struct buf *body)
{
    struct cut *cut = xcalloc(1, sizeof(*cut));

    cut->body = *body;
    buf_init(body, RESPONSE_MAX_BYTES);
    /* Nothing can be missing from an empty body: one byte is promised and never sent. */
    return MHD_create_response_from_callback(cut->body.len > 0 ? cut->body.len : 1, 4096, read_cut,
                                             cut, free_cut);
}

/* Takes the body over. */
static struct MHD_Response *make_whole(struct buf *body)
{
    char *bytes = body->data;
    size_t len = body->len;

    buf_init(body, RESPONSE_MAX_BYTES);
    return MHD_create_response_from_buffer_with_free_callback(len, bytes, free);
}

static enum MHD_Result send_response(struct MHD_Connection *connection,
                                     struct httpd_response *response)
{
    struct MHD_Response *made;
    enum MHD_Result result;

    if (!buf_ok(&response->body)) {
        buf_free(&response->body);
        response->status = MHD_HTTP_INTERNAL_SERVER_ERROR;
    }
    made = response->fate == HTTPD_CUT ? make_cut(&response->body) : make_whole(&response->body);
    assert(made);
    (void)MHD_add_response_header(made, MHD_HTTP_HEADER_CONTENT_TYPE, response->content_type);
    if (response->header) {
        (void)MHD_add_response_header(made, response->header, response->header_value);
    }
    for (size_t i = 0; i < response->more_count; i++) {
        (void)MHD_add_response_header(made, response->more[i].name, response->more[i].value);
    }
    result = MHD_queue_response(connection, (unsigned)response->status, made);
    MHD_destroy_response(made); /* drops our reference */
    return result;
}

static const char *find_header(struct MHD_Connection *connection, const char *name)
{
    return MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);
}

/* The request is complete. MHD_NO closes the connection without a byte. */
static enum MHD_Result answer(struct httpd *httpd, struct MHD_Connection *connection,
                              const char *path, const char *method, const struct buf *body)
{
    struct httpd_response response = {.status = MHD_HTTP_OK, .content_type = "application/json"};
    const char *content_type = find_header(connection, MHD_HTTP_HEADER_CONTENT_TYPE);
    struct httpd_request request = {
        .method = method,
        .path = path,
        .content_type = content_type ? content_type : "",
        .body = buf_text(body),
        .body_len = body->len,
        .connection = connection,
    };
    enum MHD_Result result = MHD_NO;

    buf_init(&response.body, RESPONSE_MAX_BYTES);
    if (buf_ok(body)) {
        httpd->handler(httpd->context, &request, &response);
    } else {
        response.status = MHD_HTTP_CONTENT_TOO_LARGE;
    }
    if (response.fate != HTTPD_DROP) {
        result = send_response(connection, &response);
    }
    buf_free(&response.body);
    return result;
}

/* Called with the headers, then for each piece of the body, then at its end. */
/* NOLINTNEXTLINE(readability-function-size): the parameters are the library's choice */
static enum MHD_Result on_request(void *context, struct MHD_Connection *connection,
                                  const char *path, const char *method, const char *version,
                                  const char *piece, size_t *piece_len, void **state)
{
    struct httpd *httpd = context;
    struct exchange *exchange = *state;

    (void)version;
    if (!exchange) {
        exchange = xcalloc(1, sizeof(*exchange));
        buf_init(&exchange->body, httpd->max_body_bytes);
        *state = exchange;
        return MHD_YES;
    }
    if (*piece_len > 0) {
        buf_add(&exchange->body, piece, *piece_len); /* past the ceiling: read and forgotten */
        *piece_len = 0;
        return MHD_YES;
    }
    return answer(httpd, connection, path, method, &exchange->body);
}

static void on_completed(void *context, struct MHD_Connection *connection, void **state,
                         enum MHD_RequestTerminationCode why)
{
    struct exchange *exchange = *state;

    (void)context;
    (void)connection;
    (void)why;
    if (exchange) {
        buf_free(&exchange->body);
        free(exchange);
        *state = NULL;
    }
}

/* ---- who is connected ---- */

static int descriptor_of(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);

    return info ? info->connect_fd : -1;
}

/* Under the lock. Its thread sees the end at once, whatever it waits for. */
static void close_oldest(struct httpd *httpd)
{
    struct connection *oldest = NULL;

    for (size_t i = 0; i < httpd->open_count; i++) {
        struct connection *one = &httpd->connections[i];

        if (!one->closing && (!oldest || one->since_ms < oldest->since_ms)) {
            oldest = one;
        }
    }
    if (oldest) {
        oldest->closing = true;
        (void)shutdown(oldest->fd, SHUT_RDWR);
    }
}

/* Under the lock. */
static void forget_connection(struct httpd *httpd, int fd)
{
    for (size_t i = 0; i < httpd->open_count; i++) {
        if (httpd->connections[i].fd == fd) {
            httpd->connections[i] = httpd->connections[--httpd->open_count];
            return;
        }
    }
}

/*
 * The library closes who is silent, but not who says a byte now and then. So
 * beyond the limit the oldest has to go, and a new one is always answered.
 */
static void on_connection(void *context, struct MHD_Connection *connection, void **state,
                          enum MHD_ConnectionNotificationCode what)
{
    struct httpd *httpd = context;
    int fd = descriptor_of(connection);

    (void)state;
    if (httpd->most == 0) {
        return;
    }
    (void)pthread_mutex_lock(&httpd->lock);
    if (what == MHD_CONNECTION_NOTIFY_CLOSED) {
        forget_connection(httpd, fd);
    } else {
        if (httpd->open_count >= httpd->most) {
            close_oldest(httpd);
        }
        if (httpd->open_count < (size_t)httpd->most * ENDING_MOST) {
            httpd->connections[httpd->open_count++] =
                (struct connection){.fd = fd, .since_ms = clock_monotonic_ms()};
        }
    }
    (void)pthread_mutex_unlock(&httpd->lock);
}

/* ---- public ---- */

/* Its threads leave signals to the program's own: one that ends could take a signal with it. */
static void start_daemon(struct httpd *httpd, const struct httpd_limits *limits, int fd)
{
    unsigned flags = MHD_USE_THREAD_PER_CONNECTION | MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_POLL;
    sigset_t all;
    sigset_t before;

    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_BLOCK, &all, &before);
    httpd->daemon = MHD_start_daemon(
        flags, 0, NULL, NULL, on_request, httpd, MHD_OPTION_LISTEN_SOCKET, fd,
        MHD_OPTION_NOTIFY_COMPLETED, on_completed, NULL, MHD_OPTION_NOTIFY_CONNECTION,
        on_connection, httpd, MHD_OPTION_CONNECTION_LIMIT, limits->connections * ENDING_MOST,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_POOL_BYTES,
        MHD_OPTION_CONNECTION_TIMEOUT, limits->idle_s, MHD_OPTION_THREAD_STACK_SIZE,
        (size_t)CONNECTION_STACK_BYTES, MHD_OPTION_END);
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
}

static void free_httpd(struct httpd *httpd)
{
    (void)pthread_mutex_destroy(&httpd->lock);
    free(httpd->connections);
    free(httpd);
}

static struct httpd *start(const char *address, const struct httpd_limits *limits, bool counted,
                           httpd_handler *handler, void *context, struct err *err)
{
    int fd = listen_on(address, err);
    struct httpd *httpd;

    if (fd < 0) {
        return NULL;
    }
    httpd = xcalloc(1, sizeof(*httpd));
    httpd->handler = handler;
    httpd->context = context;
    httpd->max_body_bytes = limits->max_body_bytes;
    httpd->port = bound_port(fd);
    atomic_init(&httpd->stopping, false);
    (void)pthread_mutex_init(&httpd->lock, NULL);
    if (counted) {
        httpd->most = limits->connections;
        httpd->connections =
            xcalloc((size_t)limits->connections * ENDING_MOST, sizeof(*httpd->connections));
    }
    start_daemon(httpd, limits, fd);
    if (!httpd->daemon) {
        /* Whether the socket is still open depends on how far it got: closing might hit another. */
        (void)err_set(err, ERR_FATAL, "http server: cannot start on %s", address);
        free_httpd(httpd);
        return NULL;
    }
    return httpd;
}

struct httpd *httpd_start(const char *address, size_t max_body_bytes, httpd_handler *handler,
                          void *context, struct err *err)
{
    const struct httpd_limits limits = {.max_body_bytes = max_body_bytes,
                                        .connections = CONNECTIONS_MAX / ENDING_MOST,
                                        .idle_s = CONNECTION_IDLE_S};

    return start(address, &limits, false, handler, context, err);
}

struct httpd *httpd_start_limited(const char *address, const struct httpd_limits *limits,
                                  httpd_handler *handler, void *context, struct err *err)
{
    return start(address, limits, true, handler, context, err);
}

int httpd_port(const struct httpd *httpd)
{
    return httpd->port;
}

bool httpd_stopping(const struct httpd *httpd)
{
    return atomic_load(&httpd->stopping);
}

void httpd_stop(struct httpd *httpd)
{
    if (!httpd) {
        return;
    }
    atomic_store(&httpd->stopping, true);
    MHD_stop_daemon(httpd->daemon); /* joins every connection's thread; closes the socket */
    free_httpd(httpd);
}

const char *httpd_query(const struct httpd_request *request, const char *name)
{
    return MHD_lookup_connection_value(request->connection, MHD_GET_ARGUMENT_KIND, name);
}

/* What httpd_each_query() passes through the library. */
struct each_call {
    httpd_each *each;
    void *context;
};

static enum MHD_Result on_parameter(void *context, enum MHD_ValueKind kind, const char *name,
                                    const char *value)
{
    const struct each_call *call = context;

    (void)kind;
    call->each(call->context, name, value ? value : "");
    return MHD_YES;
}

void httpd_each_query(const struct httpd_request *request, httpd_each *each, void *context)
{
    struct each_call call = {.each = each, .context = context};

    (void)MHD_get_connection_values(request->connection, MHD_GET_ARGUMENT_KIND, on_parameter,
                                    &call);
}

const char *httpd_header(const struct httpd_request *request, const char *name)
{
    return find_header(request->connection, name);
}
