/* SPDX-License-Identifier: MIT */
#include "worker/keeper.h"

#include "shared/base/backoff.h"
#include "shared/base/clock.h"
#include "shared/base/log.h"
#include "shared/base/outage.h"
#include "shared/base/stop.h"
#include "worker/backups.h"
#include "worker/journal/journal.h"
#include "worker/notices.h"
#include "worker/worker_health.h"
#include "worker/worker_metrics.h"

enum {
    DAY_MS = 86400000,
    RIGHTS_TAKE_MS = 300000, /* how old rights written to Redis by hand may be in bot.db */
    STANDBY_LOOK_MS = 2000,  /* whether the worker that keeps the log of the folder is gone  */
};

/* Says so once. */
static void stand_by(struct health *health, const char *why, bool *standing_by)
{
    if (!*standing_by) {
        log_info("journal.standby", LOG_TEXT("why", why));
        *standing_by = true;
    }
    health_ok_with(health, WORKER_JOURNAL, "stands by: another worker keeps the log");
    (void)stop_wait_ms(STANDBY_LOOK_MS);
}

/* Opens the journal and follows, and again, until shutdown. */
static bool follow(const struct journal_options *options, struct backups *backups, struct err *err)
{
    struct backoff backoff = {.first_ms = 500, .most_ms = 10000};
    struct outage waiting = OUTAGE_INIT;
    bool opened_before = false;
    bool standing_by = false;

    while (!stop_requested()) {
        struct journal *journal = journal_open(options, err);
        bool opened = journal != NULL;
        bool followed;
        int64_t number;

        if (opened) {
            backups_begin(backups);
        }
        followed = opened && journal_follow(journal, err);
        backups_pause(backups);
        journal_close(journal);
        if (followed) {
            return true;
        }
        if (!opened && journal_is_elsewhere(options)) {
            stand_by(options->health, err->message, &standing_by);
            continue;
        }
        standing_by = false;
        if (!opened && !opened_before && err->kind == ERR_FATAL) {
            return false;
        }
        opened_before = opened_before || opened;
        health_failed(options->health, options->check, err->message);
        worker_count_journal(JOURNAL_FAILED, 1);
        if (outage_failed(&waiting, clock_monotonic_ms(), &number)) {
            log_error("journal.waiting", LOG_TEXT("why", err->message),
                      LOG_INT("failures", number));
        }
        (void)stop_wait_ms(backoff_next_ms(&backoff, backoff_random()));
    }
    return true;
}

bool keeper_run(const struct worker_settings *settings, struct health *health,
                const struct queue_options *queue, struct err *err)
{
    struct notices *notices = notices_new(&settings->admins, settings->notice_every_s * 1000);
    const struct journal_options options = {.data_dir = settings->data_dir,
                                            .queue = *queue,
                                            .take_every_ms = RIGHTS_TAKE_MS,
                                            .keep_looks_ms = settings->log_keep_days * DAY_MS,
                                            .health = health,
                                            .check = WORKER_JOURNAL,
                                            .beside = notices_look,
                                            .context = notices,
                                            .note = worker_count_journal};
    struct backups *backups = backups_new(settings);
    bool ok = follow(&options, backups, err);

    backups_free(backups);
    notices_free(notices);
    return ok;
}
