/* SPDX-License-Identifier: MIT */
#include "shared/base/program.h"

#include "shared/base/log.h"
#include "shared/base/mem.h"
#include "shared/base/process_shut.h"
#include "shared/base/settings_source.h"
#include "shared/base/stop.h"
#include "shared/base/version.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { EXIT_USAGE = 2, PROBLEMS_MAX_BYTES = 64 * 1024 };

static bool load_rows(const struct program *program, const struct setting rows[], size_t count,
                      bool together)
{
    struct buf problems;
    struct setting_source *source;
    bool ok;

    buf_init(&problems, PROBLEMS_MAX_BYTES);
    source = settings_source_open(SETTINGS_ENV_PATH, &problems);
    ok = settings_load(rows, count, settings_source_lookup, source, program->settings, &problems);
    ok = ok && (!together || !program->check || program->check(program->settings, &problems));
    if (!ok) {
        (void)fprintf(stderr, "%s: these settings need attention:\n%s", program->name,
                      buf_text(&problems));
    }
    settings_source_close(source);
    buf_free(&problems);
    return ok;
}

static bool load_settings(const struct program *program)
{
    return load_rows(program, program->rows, program->row_count, true);
}

/* ---- verbs ---- */

static bool needs(const struct program_verb *verb, const char *setting)
{
    for (size_t i = 0; verb->settings[i]; i++) {
        if (strcmp(verb->settings[i], setting) == 0) {
            return true;
        }
    }
    return false;
}

static bool load_settings_of_verb(const struct program *program, const struct program_verb *verb)
{
    struct setting *rows = xcalloc(program->row_count, sizeof(*rows));
    size_t count = 0;
    bool ok;

    for (size_t i = 0; i < program->row_count; i++) {
        if (needs(verb, program->rows[i].name)) {
            rows[count++] = program->rows[i];
        }
    }
    ok = load_rows(program, rows, count, false);
    free(rows);
    return ok;
}

static const struct program_verb *find_verb(const struct program *program, int argc, char **argv)
{
    for (size_t i = 0; argc == 3 && i < program->verb_count; i++) {
        if (strcmp(program->verbs[i].name, argv[1]) == 0) {
            return &program->verbs[i];
        }
    }
    return NULL;
}

static int run_verb(const struct program *program, const struct program_verb *verb,
                    const char *argument)
{
    struct err err = ERR_INIT;
    struct buf out;
    bool ok;

    if (!load_settings_of_verb(program, verb)) {
        return EXIT_USAGE;
    }
    buf_init(&out, PROBLEMS_MAX_BYTES);
    ok = stop_install(&err) && verb->run(program->settings, argument, &out, &err);
    if (ok) {
        (void)fputs(buf_text(&out), stdout);
    } else {
        (void)fprintf(stderr, "%s %s: %s\n", program->name, verb->name, err.message);
    }
    buf_free(&out);
    return ok ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* In the form of a settings file, as the rest of the help. */
static void print_help(const struct program *program)
{
    for (size_t i = 0; i < program->verb_count; i++) {
        const struct program_verb *verb = &program->verbs[i];

        (void)printf("# %s %s %s: %s\n", program->name, verb->name, verb->argument, verb->help);
    }
    settings_print_help(program->rows, program->row_count, stdout);
}

static int print_usage(const struct program *program)
{
    (void)fprintf(stderr, "usage: %s [--help | --version | --print-config%s", program->name,
                  program->health ? " | --health" : "");
    for (size_t i = 0; i < program->verb_count; i++) {
        (void)fprintf(stderr, " | %s %s", program->verbs[i].name, program->verbs[i].argument);
    }
    (void)fprintf(stderr, "]\n");
    return EXIT_USAGE;
}

/* ---- the work ---- */

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
    const struct program_verb *verb = find_verb(program, argc, argv);
    const char *option = argc == 2 ? argv[1] : "";
    bool print_only = strcmp(option, "--print-config") == 0;
    bool health = program->health && strcmp(option, "--health") == 0;
    struct err err = ERR_INIT;

    if (strcmp(option, "--help") == 0) {
        print_help(program);
        return EXIT_SUCCESS;
    }
    if (strcmp(option, "--version") == 0) {
        (void)printf("%s %s (%s)\n", program->name, program->version, VERSION_COMMIT);
        return EXIT_SUCCESS;
    }
    if (argc != 1 && !print_only && !health && !verb) {
        return print_usage(program);
    }
    if (!process_shut(&err)) {
        (void)fprintf(stderr, "%s: %s\n", program->name, err.message);
        return EXIT_FAILURE;
    }
    if (verb) {
        return run_verb(program, verb, argv[2]);
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
