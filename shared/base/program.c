/* SPDX-License-Identifier: MIT */
#include "shared/base/program.h"

#include "shared/base/log.h"
#include "shared/base/settings_source.h"
#include "shared/base/stop.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { EXIT_USAGE = 2, PROBLEMS_MAX_BYTES = 64 * 1024 };

static bool load_settings(const struct program *program)
{
    struct buf problems;
    struct setting_source *source;
    bool ok;

    buf_init(&problems, PROBLEMS_MAX_BYTES);
    source = settings_source_open(".env", &problems);
    ok = settings_load(program->rows, program->row_count, settings_source_lookup, source,
                       program->settings, &problems);
    ok = ok && (!program->check || program->check(program->settings, &problems));
    if (!ok) {
        (void)fprintf(stderr, "%s: these settings need attention:\n%s", program->name,
                      buf_text(&problems));
    }
    settings_source_close(source);
    buf_free(&problems);
    return ok;
}

static int run(const struct program *program)
{
    struct err err = ERR_INIT;
    bool ok;

    log_init(program->name, (enum log_level) * program->log_level,
             (enum log_format) * program->log_format);
    metrics_init(program->name, program->version, program->metrics, program->metric_count);
    ok = stop_install(&err); /* before anybody is told that it can be stopped */
    log_info("service.started", LOG_TEXT("version", program->version));
    ok = ok && program->run(program->settings, &err);
    if (!ok) {
        log_error("service.failed", LOG_TEXT("kind", err_kind_name(err.kind)),
                  LOG_TEXT("why", err.message));
    }
    log_flush();
    log_info("service.stopped", LOG_INT("exit_code", ok ? EXIT_SUCCESS : EXIT_FAILURE));
    return ok ? EXIT_SUCCESS : EXIT_FAILURE;
}

static int show_health(const struct program *program)
{
    struct buf out;
    int code;

    buf_init(&out, PROBLEMS_MAX_BYTES);
    code = program->health(program->settings, &out);
    (void)fputs(buf_text(&out), stdout);
    buf_free(&out);
    return code;
}

int program_main(const struct program *program, int argc, char **argv)
{
    const char *option = argc == 2 ? argv[1] : "";
    bool print_only = strcmp(option, "--print-config") == 0;
    bool health = program->health && strcmp(option, "--health") == 0;

    if (strcmp(option, "--help") == 0) {
        settings_print_help(program->rows, program->row_count, stdout);
        return EXIT_SUCCESS;
    }
    if (strcmp(option, "--version") == 0) {
        (void)printf("%s %s\n", program->name, program->version);
        return EXIT_SUCCESS;
    }
    if (argc != 1 && !print_only && !health) {
        (void)fprintf(stderr, "usage: %s [--help | --version | --print-config%s]\n", program->name,
                      program->health ? " | --health" : "");
        return EXIT_USAGE;
    }
    if (!load_settings(program)) {
        return EXIT_USAGE;
    }
    if (print_only) {
        settings_print(program->rows, program->row_count, program->settings, stdout);
        return EXIT_SUCCESS;
    }
    return health ? show_health(program) : run(program);
}
