/* SPDX-License-Identifier: MIT */
#include "gateway/gateway.h"
#include "gateway/gateway_metrics.h"
#include "gateway/gateway_settings.h"
#include "shared/base/program.h"
#include "shared/io/http.h"
#include "shared/ops/health_ask.h"

static struct gateway_settings settings;

static bool run(const void *loaded, struct err *err)
{
    bool ok;

    if (!http_library_init(err)) {
        return false;
    }
    ok = gateway_run(loaded, err);
    http_library_free();
    return ok;
}

static int health(const void *loaded, struct buf *out)
{
    const struct gateway_settings *gateway = loaded;

    return health_ask(gateway->http_listen, gateway->http_token, out);
}

int main(int argc, char **argv)
{
    const struct program program = {
        .name = "gateway",
        .version = PROJECT_VERSION,
        .rows = GATEWAY_SETTINGS,
        .row_count = GATEWAY_SETTING_COUNT,
        .check = gateway_settings_check,
        .settings = &settings,
        .log_level = &settings.log_level,
        .log_format = &settings.log_format,
        .metrics = GATEWAY_METRICS,
        .metric_count = GATEWAY_METRIC_COUNT,
        .run = run,
        .health = health,
    };

    return program_main(&program, argc, argv);
}
