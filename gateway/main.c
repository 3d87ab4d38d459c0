/* SPDX-License-Identifier: MIT */
#include "gateway/gateway.h"
#include "gateway/gateway_settings.h"
#include "shared/base/program.h"
#include "shared/io/http.h"

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

int main(int argc, char **argv)
{
    const struct program program = {
        .name = "gateway",
        .version = PROJECT_VERSION,
        .rows = GATEWAY_SETTINGS,
        .row_count = GATEWAY_SETTING_COUNT,
        .settings = &settings,
        .log_level = &settings.log_level,
        .log_format = &settings.log_format,
        .run = run,
    };

    return program_main(&program, argc, argv);
}
