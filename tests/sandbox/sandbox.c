/* SPDX-License-Identifier: MIT */
#include "tests/sandbox/sandbox.h"

#include "shared/base/stop.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WAIT_SLICE_MS = 60000 };

static void print_help(const char *program, const struct sandbox_option rows[], size_t count)
{
    (void)printf("usage: %s [option value]...\n", program);
    for (size_t i = 0; i < count; i++) {
        (void)printf("  %-16s %s", rows[i].name, rows[i].help);
        if (rows[i].choices) {
            (void)printf(" (%s)", rows[i].choices);
        }
        if (rows[i].fallback) {
            (void)printf(" [%s]", rows[i].fallback);
        }
        (void)putchar('\n');
    }
}

/* True when `value` is one of "a|b|c". */
static bool is_choice(const char *choices, const char *value)
{
    size_t value_len = strlen(value);

    for (const char *at = choices; *at;) {
        size_t len = strcspn(at, "|");

        if (len == value_len && memcmp(at, value, len) == 0) {
            return true;
        }
        at += len;
        at += *at == '|';
    }
    return false;
}

static const struct sandbox_option *find_row(const struct sandbox_option rows[], size_t count,
                                             const char *arg, size_t name_len)
{
    for (size_t i = 0; i < count; i++) {
        if (strlen(rows[i].name) == name_len && memcmp(rows[i].name, arg, name_len) == 0) {
            return &rows[i];
        }
    }
    return NULL;
}

static int bad_usage(const char *program, const char *arg, const char *problem)
{
    (void)fprintf(stderr, "%s: %s: %s (see --help)\n", program, arg, problem);
    return SANDBOX_BAD_USAGE;
}

int sandbox_parse_options(const char *program, const struct sandbox_option rows[], size_t count,
                          int argc, char **argv)
{
    for (size_t i = 0; i < count; i++) {
        *rows[i].value = rows[i].fallback;
    }
    for (int i = 1; i < argc; i++) {
        const char *equals = strchr(argv[i], '=');
        size_t name_len = equals ? (size_t)(equals - argv[i]) : strlen(argv[i]);
        const struct sandbox_option *row = find_row(rows, count, argv[i], name_len);
        const char *name = argv[i];

        if (strcmp(name, "--help") == 0) {
            print_help(program, rows, count);
            return 0;
        }
        if (!row) {
            return bad_usage(program, name, "unknown option");
        }
        if (!equals && i + 1 == argc) {
            return bad_usage(program, name, "needs a value");
        }
        if (equals) {
            *row->value = equals + 1;
        } else {
            i++;
            *row->value = argv[i];
        }
        if (row->choices && !is_choice(row->choices, *row->value)) {
            return bad_usage(program, name, "not one of the choices");
        }
    }
    return SANDBOX_GO_ON;
}

bool sandbox_parse_int(const char *text, int64_t max, int64_t *out)
{
    char *end = NULL;
    intmax_t number;

    errno = 0;
    number = strtoimax(text, &end, 10);
    if (end == text || *end != '\0' || errno != 0 || number < 0 || number > max) {
        return false;
    }
    *out = (int64_t)number;
    return true;
}

bool sandbox_check_loopback(const char *address, struct err *err)
{
    const char *colon = strrchr(address, ':');
    size_t host_len = colon ? (size_t)(colon - address) : 0;
    bool loopback = host_len == strlen("[::1]") && strncmp(address, "[::1]", host_len) == 0;

    if (host_len > strlen("127.") && strncmp(address, "127.", strlen("127.")) == 0) {
        loopback = strspn(address, "0123456789.") == host_len;
    }
    if (!loopback) {
        return err_set(err, ERR_FATAL, "--listen takes a loopback address with a port, not %s",
                       address);
    }
    return true;
}

void sandbox_announce(const char *program, const char *address, int port)
{
    const char *colon = strrchr(address, ':');
    int host_len = colon ? (int)(colon - address) : (int)strlen(address);

    (void)printf("%s listening on http://%.*s:%d\n", program, host_len, address, port);
    (void)fflush(stdout);
}

void sandbox_wait_for_stop(void)
{
    while (!stop_wait_ms(WAIT_SLICE_MS)) {
    }
}

int sandbox_failed(const char *program, const struct err *err)
{
    (void)fprintf(stderr, "%s: %s\n", program, err->message);
    return SANDBOX_FAILED;
}
