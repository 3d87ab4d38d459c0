/* SPDX-License-Identifier: MIT */
/*
 * A peer on loopback that reads HTTP requests and then misbehaves as told: for
 * what a real server cannot be made to do. It counts what it has read, so a
 * test can prove that a request was sent once. Runs in a thread of its own.
 */
#ifndef TESTS_INTEGRATION_HTTP_PEER_H
#define TESTS_INTEGRATION_HTTP_PEER_H

#include <stddef.h>

/* What follows a request that was read completely. */
enum peer_act {
    PEER_ANSWER,   /* 200 with the body "ok"; the connection stays open   */
    PEER_RESET,    /* the connection is reset                             */
    PEER_CLOSE,    /* the connection ends in order, without a byte        */
    PEER_CUT_HEAD, /* half a response head, then the connection ends      */
};

struct http_peer; /* opaque */

/* Listens on a free port. Request n is followed by script[n], later ones by PEER_ANSWER. */
struct http_peer *http_peer_start(const enum peer_act script[], size_t count);

/* Ends the thread and every connection. NULL is a no-op. */
void http_peer_stop(struct http_peer *peer);

int http_peer_port(const struct http_peer *peer);

/* Requests read completely so far. */
size_t http_peer_requests(struct http_peer *peer);

/* The client's port of request n (from 0): equal ports are one connection. */
int http_peer_client_port(struct http_peer *peer, size_t n);

#endif
