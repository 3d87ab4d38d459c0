/* SPDX-License-Identifier: MIT */
#include "shared/base/program.h"
#include "shared/io/http.h"
#include "shared/ops/health_ask.h"
#include "worker/backup_verbs.h"
#include "worker/chat/when.h"
#include "worker/worker.h"
#include "worker/worker_metrics.h"
#include "worker/worker_settings.h"

static struct worker_settings settings;

static bool run(const void *loaded, struct err *err)
{
    bool ok;

    if (!http_library_init(err)) {
        return false;
    }
    when_use_zone(settings.time_zone);
    ok = worker_run(loaded, err);
    http_library_free();
    return ok;
}

static int health(const void *loaded, struct buf *out)
{
    const struct worker_settings *worker = loaded;

    return health_ask(worker->http_listen, worker->http_token, out);
}

int main(int argc, char **argv)
{
    const struct program program = {
        .name = "worker",
        .version = PROJECT_VERSION,
        .rows = WORKER_SETTINGS,
        .row_count = WORKER_SETTING_COUNT,
        .check = worker_settings_check,
        .settings = &settings,
        .log_level = &settings.log_level,
        .log_format = &settings.log_format,
        .metrics = WORKER_METRICS,
        .metric_count = WORKER_METRIC_COUNT,
        .run = run,
        .health = health,
        .verbs = BACKUP_VERBS,
        .verb_count = BACKUP_VERB_COUNT,
    };

    return program_main(&program, argc, argv);
}
