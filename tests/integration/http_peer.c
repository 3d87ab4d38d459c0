/* SPDX-License-Identifier: MIT */
#include "tests/integration/http_peer.h"

#include "shared/base/compiler.h"
#include "shared/base/mem.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

enum { SCRIPT_MAX = 8, CONNECTIONS_MAX = 8, REQUESTS_MAX = 32, REQUEST_MAX_BYTES = 8192 };

struct connection {
    int fd;                          /* -1: free                       */
    int client_port;                 /* at the other end               */
    char request[REQUEST_MAX_BYTES]; /* what has arrived of a request  */
    size_t len;                      /* of that                        */
};

struct http_peer {
    pthread_t thread;
    pthread_mutex_t lock; /* guards what the test asks for    */
    int listen_fd;
    int wake[2]; /* closing [1] ends the thread      */
    int port;
    enum peer_act script[SCRIPT_MAX];
    size_t script_count;
    struct connection connections[CONNECTIONS_MAX]; /* the thread's */
    size_t requests;                                /* guarded      */
    int client_ports[REQUESTS_MAX];                 /* guarded      */
};

/* True when head and body have arrived. */
static bool is_complete(const struct connection *connection)
{
    static const char LENGTH[] = "Content-Length: ";
    const char *end = strstr(connection->request, "\r\n\r\n");
    const char *length = strstr(connection->request, LENGTH);
    size_t body = length ? strtoul(length + sizeof(LENGTH) - 1, NULL, 10) : 0;

    return end && connection->len >= (size_t)(end - connection->request) + 4 + body;
}

static void hang_up(struct connection *connection, bool reset)
{
    struct linger now = {.l_onoff = reset, .l_linger = 0};

    (void)setsockopt(connection->fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
    (void)close(connection->fd);
    connection->fd = -1;
}

static void send_text(const struct connection *connection, const char *text)
{
    (void)send(connection->fd, text, strlen(text), MSG_NOSIGNAL);
}

static enum peer_act note_request(struct http_peer *peer, const struct connection *connection)
{
    enum peer_act act = PEER_ANSWER;

    (void)pthread_mutex_lock(&peer->lock);
    if (peer->requests < REQUESTS_MAX) {
        peer->client_ports[peer->requests] = connection->client_port;
    }
    if (peer->requests < peer->script_count) {
        act = peer->script[peer->requests];
    }
    peer->requests++;
    (void)pthread_mutex_unlock(&peer->lock);
    return act;
}

static void act(struct http_peer *peer, struct connection *connection)
{
    switch (note_request(peer, connection)) {
    case PEER_ANSWER:
        send_text(connection, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        connection->len = 0;
        break;
    case PEER_RESET:
        hang_up(connection, true);
        break;
    case PEER_CLOSE:
        hang_up(connection, false);
        break;
    case PEER_CUT_HEAD:
        send_text(connection, "HTTP/1.1 200 OK\r\nContent-Le");
        hang_up(connection, false);
        break;
    }
}

static void read_more(struct http_peer *peer, struct connection *connection)
{
    size_t room = sizeof(connection->request) - 1 - connection->len;
    ssize_t got = recv(connection->fd, connection->request + connection->len, room, 0);

    if (got <= 0) {
        hang_up(connection, false);
        return;
    }
    connection->len += (size_t)got;
    connection->request[connection->len] = '\0';
    if (is_complete(connection)) {
        act(peer, connection);
    }
}

static void accept_one(struct http_peer *peer)
{
    struct sockaddr_in client = {0};
    socklen_t size = sizeof(client);
    int fd = accept(peer->listen_fd, (struct sockaddr *)&client, &size);

    for (size_t i = 0; fd >= 0 && i < CONNECTIONS_MAX; i++) {
        struct connection *connection = &peer->connections[i];

        if (connection->fd < 0) {
            connection->fd = fd;
            connection->client_port = ntohs(client.sin_port);
            connection->len = 0;
            return;
        }
    }
    (void)close(fd);
}

/* Waits for something and sees to it. False when it is time to end. */
static bool turn(struct http_peer *peer)
{
    struct pollfd fds[CONNECTIONS_MAX + 2];

    fds[0] = (struct pollfd){.fd = peer->wake[0], .events = POLLIN};
    fds[1] = (struct pollfd){.fd = peer->listen_fd, .events = POLLIN};
    for (size_t i = 0; i < CONNECTIONS_MAX; i++) {
        fds[i + 2] = (struct pollfd){.fd = peer->connections[i].fd, .events = POLLIN};
    }
    (void)poll(fds, ARRAY_LEN(fds), -1);
    if (fds[0].revents != 0) {
        return false;
    }
    for (size_t i = 0; i < CONNECTIONS_MAX; i++) {
        if (fds[i + 2].revents != 0) {
            read_more(peer, &peer->connections[i]);
        }
    }
    if (fds[1].revents != 0) {
        accept_one(peer);
    }
    return true;
}

static void *serve(void *context)
{
    while (turn(context)) {
    }
    return NULL;
}

struct http_peer *http_peer_start(const enum peer_act script[], size_t count)
{
    struct http_peer *peer = xcalloc(1, sizeof(*peer));
    struct sockaddr_in where = {.sin_family = AF_INET};
    socklen_t size = sizeof(where);

    assert_true(count <= SCRIPT_MAX);
    for (size_t i = 0; i < count; i++) {
        peer->script[i] = script[i];
    }
    peer->script_count = count;
    for (size_t i = 0; i < CONNECTIONS_MAX; i++) {
        peer->connections[i].fd = -1;
    }
    where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    peer->listen_fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(peer->listen_fd, (struct sockaddr *)&where, sizeof(where)), 0);
    assert_int_equal(listen(peer->listen_fd, CONNECTIONS_MAX), 0);
    assert_int_equal(getsockname(peer->listen_fd, (struct sockaddr *)&where, &size), 0);
    peer->port = ntohs(where.sin_port);
    assert_int_equal(pipe(peer->wake), 0);
    assert_int_equal(pthread_mutex_init(&peer->lock, NULL), 0);
    assert_int_equal(pthread_create(&peer->thread, NULL, serve, peer), 0);
    return peer;
}

void http_peer_stop(struct http_peer *peer)
{
    if (!peer) {
        return;
    }
    (void)close(peer->wake[1]);
    (void)pthread_join(peer->thread, NULL);
    for (size_t i = 0; i < CONNECTIONS_MAX; i++) {
        if (peer->connections[i].fd >= 0) {
            (void)close(peer->connections[i].fd);
        }
    }
    (void)close(peer->wake[0]);
    (void)close(peer->listen_fd);
    (void)pthread_mutex_destroy(&peer->lock);
    free(peer);
}

int http_peer_port(const struct http_peer *peer)
{
    return peer->port;
}

size_t http_peer_requests(struct http_peer *peer)
{
    size_t requests;

    (void)pthread_mutex_lock(&peer->lock);
    requests = peer->requests;
    (void)pthread_mutex_unlock(&peer->lock);
    return requests;
}

int http_peer_client_port(struct http_peer *peer, size_t n)
{
    int port;

    (void)pthread_mutex_lock(&peer->lock);
    port = n < peer->requests && n < REQUESTS_MAX ? peer->client_ports[n] : 0;
    (void)pthread_mutex_unlock(&peer->lock);
    return port;
}
