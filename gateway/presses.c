/* SPDX-License-Identifier: MIT */
#include "gateway/presses.h"

#include "shared/base/mem.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { PRESSES_MAX = 256 };

struct presses {
    pthread_mutex_t lock;
    struct press waiting[PRESSES_MAX]; /* oldest first, which is also due first */
    size_t count;
};

static void lock(struct presses *presses)
{
    int failed = pthread_mutex_lock(&presses->lock);

    assert(failed == 0);
    (void)failed;
}

static void unlock(struct presses *presses)
{
    int failed = pthread_mutex_unlock(&presses->lock);

    assert(failed == 0);
    (void)failed;
}

struct presses *presses_new(void)
{
    struct presses *presses = xcalloc(1, sizeof(*presses));
    int failed = pthread_mutex_init(&presses->lock, NULL);

    assert(failed == 0);
    (void)failed;
    return presses;
}

void presses_free(struct presses *presses)
{
    if (!presses) {
        return;
    }
    (void)pthread_mutex_destroy(&presses->lock);
    free(presses);
}

/* Place of `id`, or count. */
static size_t find(const struct presses *presses, const char *id)
{
    size_t at = 0;

    while (at < presses->count && strcmp(presses->waiting[at].id, id) != 0) {
        at++;
    }
    return at;
}

static void strike(struct presses *presses, size_t at)
{
    presses->count--;
    memmove(&presses->waiting[at], &presses->waiting[at + 1],
            (presses->count - at) * sizeof(presses->waiting[0]));
}

void presses_add(struct presses *presses, const struct press *press)
{
    lock(presses);
    if (presses->count < PRESSES_MAX && find(presses, press->id) == presses->count) {
        presses->waiting[presses->count++] = *press;
    }
    unlock(presses);
}

void presses_answered(struct presses *presses, const char *id)
{
    size_t at;

    lock(presses);
    at = find(presses, id);
    if (at < presses->count) {
        strike(presses, at);
    }
    unlock(presses);
}

bool presses_take_due(struct presses *presses, int64_t now_ms, struct press *out,
                      int64_t *out_wait_ms)
{
    bool due = false;

    lock(presses);
    if (presses->count == 0) {
        *out_wait_ms = -1;
    } else if (presses->waiting[0].due_ms > now_ms) {
        *out_wait_ms = presses->waiting[0].due_ms - now_ms;
    } else {
        *out = presses->waiting[0];
        strike(presses, 0);
        due = true;
    }
    unlock(presses);
    return due;
}
