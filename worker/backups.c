/* SPDX-License-Identifier: MIT */
#include "worker/backups.h"

#include "shared/base/clock.h"
#include "shared/base/log.h"
#include "shared/base/mem.h"
#include "shared/base/metrics.h"
#include "shared/base/stop.h"
#include "worker/journal/backup.h"
#include "worker/journal/folder.h"
#include "worker/worker_metrics.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

enum {
    HOUR_MS = 3600000,
    LOOK_MS = 60000,   /* at most: clocks are set, folders are emptied */
    RETRY_MS = 600000, /* after a failure                              */
};

struct backups {
    const struct worker_settings *settings; /* borrowed                      */
    atomic_bool keeps;                      /* this process has the file     */
    pthread_t thread;
    bool started;
};

static void say_failed(const char *why)
{
    log_error("backup.failed", LOG_TEXT("why", why));
}

static bool make(const struct worker_settings *settings, struct err *err)
{
    int64_t began_ms = clock_monotonic_ms();
    struct backup_made made;

    if (!backup_make(settings->data_dir, settings->backup_dir, (size_t)settings->backup_keep, &made,
                     err)) {
        return false;
    }
    log_info("backup.done", LOG_TEXT("file", made.path), LOG_INT("bytes", made.facts.bytes),
             LOG_INT("rows", made.facts.rows), LOG_TEXT("position", made.facts.position),
             LOG_INT("removed", (int64_t)made.removed),
             LOG_INT("ms", clock_monotonic_ms() - began_ms));
    return true;
}

/* Makes one when it is due; *out_wait_ms: when to look again. */
static bool look(const struct worker_settings *settings, int64_t *out_wait_ms, struct err *err)
{
    int64_t every_ms = settings->backup_every_h * HOUR_MS;
    int64_t now_ms = clock_unix_ms();
    int64_t due_ms;
    int64_t last_ms;

    if (!folder_make(settings->backup_dir, err) ||
        !backup_next(settings->backup_dir, every_ms, now_ms, &due_ms, &last_ms, err)) {
        return false;
    }
    metrics_set(WORKER_METRIC_BACKUP_LAST, 0, 0, last_ms);
    if (due_ms <= now_ms) {
        if (!make(settings, err)) {
            return false;
        }
        metrics_set(WORKER_METRIC_BACKUP_LAST, 0, 0, now_ms);
        due_ms = now_ms + every_ms;
    }
    *out_wait_ms = due_ms - now_ms < LOOK_MS ? due_ms - now_ms : LOOK_MS;
    return true;
}

/* How long until the next look; what went wrong with this one is said. */
static int64_t look_and_say(const struct backups *backups)
{
    struct err why = ERR_INIT;
    int64_t wait_ms = LOOK_MS;

    if (!atomic_load(&backups->keeps) || look(backups->settings, &wait_ms, &why)) {
        return wait_ms;
    }
    if (why.kind != ERR_STOPPED) {
        say_failed(why.message);
    }
    return RETRY_MS;
}

static void *run(void *context)
{
    const struct backups *backups = context;

    while (!stop_requested()) {
        (void)stop_wait_ms(look_and_say(backups));
    }
    return NULL;
}

struct backups *backups_new(const struct worker_settings *settings)
{
    struct backups *backups = xcalloc(1, sizeof(*backups));

    backups->settings = settings;
    atomic_init(&backups->keeps, false);
    return backups;
}

void backups_begin(struct backups *backups)
{
    atomic_store(&backups->keeps, true);
    if (backups->started || backups->settings->backup_dir[0] == '\0') {
        return;
    }
    metrics_set(WORKER_METRIC_BACKUP_EVERY, 0, 0, backups->settings->backup_every_h * HOUR_MS);
    metrics_set(WORKER_METRIC_BACKUP_LAST, 0, 0, 0); /* none, until one is seen */
    backups->started = pthread_create(&backups->thread, NULL, run, backups) == 0;
    if (!backups->started) {
        say_failed("cannot start its thread");
    }
}

void backups_pause(struct backups *backups)
{
    atomic_store(&backups->keeps, false);
}

void backups_free(struct backups *backups)
{
    if (!backups) {
        return;
    }
    if (backups->started) {
        (void)pthread_join(backups->thread, NULL);
    }
    free(backups);
}
