/* SPDX-License-Identifier: MIT */
/*
 * What every program of ours does around its work: options, settings, log,
 * signals, exit code. main() fills in a struct program and calls this.
 *
 * Exit codes: 0 stopped on request, 1 failed (a supervisor restarts it), 2
 * wrong usage or settings (a restart would not help).
 */
#ifndef SHARED_BASE_PROGRAM_H
#define SHARED_BASE_PROGRAM_H

#include "shared/base/err.h"
#include "shared/base/metrics.h"
#include "shared/base/settings.h"

#include <stdbool.h>
#include <stddef.h>

/* What a program does besides its work: `worker backup PATH`. */
struct program_verb {
    const char *name;
    const char *argument; /* what it takes, as help shows it; exactly one                   */
    const char *help;     /* one line                                                       */
    const char *const *settings; /* names of the rows that it needs, NULL behind the last: no others
                                    are looked at */
    /* Appends what to print. False: err says why, and nothing is printed but that. */
    bool (*run)(const void *settings, const char *argument, struct buf *out, struct err *err);
};

struct program {
    const char *name;           /* "worker"                                                     */
    const char *version;        /* of --version, which adds the commit, and of the first log line */
    const struct setting *rows; /* the settings table; LOG_LEVEL and LOG_FORMAT are among them  */
    size_t row_count;
    /* NULL, or appends what is wrong with good settings together, as settings_load() does. */
    bool (*check)(const void *settings, struct buf *problems);
    void *settings;        /* the struct the rows fill; not on the stack: it holds secrets */
    const int *log_level;  /* of that struct                                               */
    const int *log_format; /* of that struct                                               */
    const struct metric_row *metrics; /* what it counts, see shared/base/metrics.h               */
    size_t metric_count;
    bool (*run)(const void *settings, struct err *err); /* the work; false: err says why        */
    /* NULL, or --health: appends what to print, and returns the exit code: 0 ready, 1 not, 2. */
    int (*health)(const void *settings, struct buf *out);
    const struct program_verb *verbs; /* NULL without any */
    size_t verb_count;
};

/*
 * Does --help, --version, --print-config, --health or a verb, or loads the settings and runs. What
 * loads them shuts its memory first, see shared/base/process_shut.h. Every problem of the settings
 * is printed, not just the first. Returns the exit code.
 */
int program_main(const struct program *program, int argc, char **argv);

#endif
