/* SPDX-License-Identifier: MIT */
/*
 * The hosting API's methods that this program calls, one row each.
 *
 * To use another method, add a row; the documentation of Beget's API names the
 * section, the method and its parameters.
 */
#ifndef WORKER_BEGET_METHODS_H
#define WORKER_BEGET_METHODS_H

#include "shared/queue/keys.h"

#include <stdbool.h>
#include <stddef.h>

enum beget_method {
    BEGET_ACCOUNT_INFO,
    BEGET_DOMAINS,
    BEGET_SUBDOMAINS,
    BEGET_DNS_READ,
    BEGET_DNS_WRITE,
    BEGET_SUBDOMAIN_ADD,
    BEGET_SUBDOMAIN_DELETE,
    BEGET_METHOD_COUNT,
};

/* What may be done when the outcome of a call is in doubt. */
enum beget_class {
    BEGET_CLASS_READ,   /* repeat freely                                     */
    BEGET_CLASS_SET,    /* sets a value: repeat after comparing              */
    BEGET_CLASS_CHANGE, /* creates or deletes: never repeated on doubt       */
};

enum { BEGET_PARAMETERS_MAX = 4 };

/* How a parameter is written into input_data. */
enum beget_parameter_type {
    BEGET_PARAMETER_NONE,
    BEGET_PARAMETER_TEXT,
    BEGET_PARAMETER_INT,
    BEGET_PARAMETER_JSON, /* the argument's text is JSON: an object or a list within the input */
};

struct beget_parameter {
    const char *name;
    enum beget_parameter_type type;
};

struct beget_method_row {
    const char *section; /* "dns"                                                  */
    const char *method;  /* "getData"                                              */
    const char *label;   /* "beget dns/getData": names the call in errors and logs */
    enum beget_class class;
    int cost;    /* calls it takes from the rate limit                     */
    int cache_s; /* how long an answer may be shown again; 0 = never       */
    struct beget_parameter parameters[BEGET_PARAMETERS_MAX]; /* in the order of the call */
};

extern const struct beget_method_row BEGET_METHODS[BEGET_METHOD_COUNT];

/* What follows "cache:" in a key, the NUL included. */
enum { BEGET_CACHE_TAIL_SIZE = QUEUE_KEY_SIZE / 2 };

/* False when such an answer is not kept: the method is not cached, or the key would be too long. */
bool beget_cache_tail(const struct beget_method_row *row, const char *input,
                      char out[BEGET_CACHE_TAIL_SIZE]);

#endif
