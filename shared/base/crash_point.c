/* SPDX-License-Identifier: MIT */
#include "shared/base/crash_point.h"

#ifdef CRASH_POINTS

#include "shared/base/compiler.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NAME(name) name,
static const char *const NAMES[] = {CRASH_POINT_TABLE(NAME)};

/* What CRASH_AT asks for; written once, before any thread reads it. */
static struct {
    const char *name; /* of NAMES; NULL: nothing is asked for */
    atomic_llong left;
} wanted;

static void die(void)
{
    (void)kill(getpid(), SIGKILL);
}

static void read_wanted(void)
{
    const char *text = getenv("CRASH_AT"); /* NOLINT(concurrency-mt-unsafe): nobody writes it */
    size_t name_len = text ? strcspn(text, ":") : 0;
    char *end;
    long long passing;

    if (!text) {
        return;
    }
    for (size_t i = 0; i < ARRAY_LEN(NAMES); i++) {
        if (strlen(NAMES[i]) == name_len && memcmp(NAMES[i], text, name_len) == 0) {
            wanted.name = NAMES[i];
        }
    }
    passing = strtoll(text[name_len] == ':' ? text + name_len + 1 : "0", &end, 10);
    if (!wanted.name || passing < 1 || *end != '\0') {
        die();
    }
    atomic_store(&wanted.left, passing);
}

void crash_point_pass(const char *name)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    (void)pthread_once(&once, read_wanted);
    if (wanted.name && strcmp(wanted.name, name) == 0 && atomic_fetch_sub(&wanted.left, 1) == 1) {
        die();
    }
}

void crash_point_read(const char *text)
{
    const char *poison = getenv("CRASH_ON_TEXT"); /* NOLINT(concurrency-mt-unsafe): as above */

    if (poison && strncmp(text, poison, strlen(poison)) == 0) {
        die();
    }
}

#else
typedef int crash_point_is_absent; /* a file without any declaration is not C */
#endif
