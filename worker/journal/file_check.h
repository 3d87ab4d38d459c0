/* SPDX-License-Identifier: MIT */
/* Whether a file is a bot.db that a worker could go on with, and what is in it. */
#ifndef WORKER_JOURNAL_FILE_CHECK_H
#define WORKER_JOURNAL_FILE_CHECK_H

#include "shared/base/err.h"
#include "shared/io/redis.h"

#include <stdbool.h>
#include <stdint.h>

struct file_facts {
    int64_t bytes;
    int64_t schema;               /* its version; 0: of before versions                      */
    int64_t rows;                 /* of the log                                              */
    int64_t chats;                /* that are let in                                         */
    int64_t grants;               /* on domains and subdomains                               */
    int64_t creators;             /* subdomains of which it knows who has created them       */
    char position[REDIS_ID_SIZE]; /* the last event in it; "" in a file of the Python bot    */
};

/*
 * Reads the whole of `path`, which stays as it is; somebody may write to it.
 * Fails: ERR_FATAL   missing, not readable, damaged, empty, of a newer or another program
 *        ERR_STOPPED shutdown; ERR_RETRY busy, I/O error
 */
MUST_CHECK bool file_check(const char *path, struct file_facts *out, struct err *err);

#endif
