/* SPDX-License-Identifier: MIT */
/*
 * What both simulators do around their HTTP server: read the command line,
 * announce the port, stop on a signal.
 *
 *     code = sandbox_parse_options("beget-sim", ROWS, ARRAY_LEN(ROWS), argc, argv);
 *     if (code != SANDBOX_GO_ON) return code;
 *     if (!sandbox_check_loopback(listen, &err) || !stop_install(&err)) return sandbox_failed(...);
 *     ... httpd_start() ...
 *     sandbox_announce("beget-sim", listen, httpd_port(httpd));
 *     sandbox_wait_for_stop();
 */
#ifndef TESTS_SANDBOX_SANDBOX_H
#define TESTS_SANDBOX_SANDBOX_H

#include "shared/base/compiler.h"
#include "shared/base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SANDBOX_GO_ON = -1, SANDBOX_FAILED = 1, SANDBOX_BAD_USAGE = 2 };

/* One option of the command line: "--listen 127.0.0.1:8081" or "--listen=127.0.0.1:8081". */
struct sandbox_option {
    const char *name;     /* with the dashes                                                  */
    const char **value;   /* set to the text given (borrowed from argv), else to the fallback */
    const char *fallback; /* NULL leaves *value NULL when the option is absent                */
    const char *choices;  /* "on|off", or NULL: any text                                      */
    const char *help;     /* one line                                                         */
};

/*
 * Fills every row's *value. Returns SANDBOX_GO_ON, or the code to end with: 0
 * after --help was printed on stdout, SANDBOX_BAD_USAGE after stderr says what
 * is wrong.
 */
MUST_CHECK int sandbox_parse_options(const char *program, const struct sandbox_option rows[],
                                     size_t count, int argc, char **argv);

/* A whole decimal number of 0 to `max`, for option values and query parameters. */
MUST_CHECK bool sandbox_parse_int(const char *text, int64_t max, int64_t *out);

/*
 * "127.x.x.x:PORT" or "[::1]:PORT"; a simulator accepts anything from anybody,
 * so nothing else is listened on.
 *
 * Fails: ERR_FATAL any other address
 */
MUST_CHECK bool sandbox_check_loopback(const char *address, struct err *err);

/* The row that lifts this rule, for a container whose own network is what loopback is elsewhere. */
#define SANDBOX_ALLOW_ANY_ADDRESS(value)                                                        \
    {                                                                                           \
        "--allow-any-address", (value), "no", "yes|no", "listen on any address: in a container" \
    }

/* Prints "PROGRAM listening on http://HOST:PORT", HOST as in `address`, on stdout, flushed. */
void sandbox_announce(const char *program, const char *address, int port);

/* Returns after SIGTERM, SIGINT or stop_request(); stop_install() has been called before. */
void sandbox_wait_for_stop(void);

/* Prints "PROGRAM: why" on stderr; returns SANDBOX_FAILED. */
int sandbox_failed(const char *program, const struct err *err);

#endif
