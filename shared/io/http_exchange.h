/* SPDX-License-Identifier: MIT */
/*
 * The inside of an exchange, shared by the two files that make up http: http.c
 * runs exchanges, http_exchange.c sets one up. Nobody else includes this.
 */
#ifndef SHARED_IO_HTTP_EXCHANGE_H
#define SHARED_IO_HTTP_EXCHANGE_H

#include "shared/io/http.h"

#include <curl/curl.h>
#include <stdbool.h>
#include <stddef.h>

enum { HTTP_SPARE_MAX = 16 }; /* easy handles kept for the next exchange */

struct http_client {
    CURLM *multi;                /* owned                                     */
    CURL *spare[HTTP_SPARE_MAX]; /* owned; reset, ready for use               */
    size_t spare_count;          /* in use from spare[0]                      */
    size_t exchange_count;       /* started and not freed yet                 */
    struct http_exchange *ended; /* first to be handed out by http_wait()     */
    struct http_exchange **last; /* where the next ended one goes in the list */
};

struct http_exchange {
    struct http_client *client;    /* borrowed; outlives it                             */
    CURL *easy;                    /* owned                                             */
    struct curl_slist *headers;    /* owned                                             */
    curl_mime *form;               /* owned; NULL without one                           */
    const char *label;             /* the caller's                                      */
    void *context;                 /* the caller's                                      */
    struct http_response response; /* owned                                             */
    struct http_exchange *next;    /* in client->ended                                  */
    CURLcode code;                 /* how it ended                                      */
    int attempts;                  /* connections it got as far as sending on           */
    bool head_complete;            /* the blank line after the response's headers came  */
    bool ended;                    /* code and response are final                       */
    char detail[CURL_ERROR_SIZE];  /* curl's text for the failure; may hold a host name */
};

/* Sets everything about the exchange's easy handle. False when curl refuses an option or the URL.
 */
bool http_exchange_configure(struct http_exchange *exchange, const struct http_request *request);

/* Certificates are checked against those in `file` alone, borrowed; NULL for the system's. */
void http_exchange_trust(const char *file);

#endif
