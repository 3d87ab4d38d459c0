/* SPDX-License-Identifier: MIT */
/* What this process uses of its machine, as Linux tells it. */
#ifndef SHARED_BASE_PROCESS_USE_H
#define SHARED_BASE_PROCESS_USE_H

#include <stdint.h>

/* Each is -1 when it cannot be known. */
struct process_use {
    int64_t cpu_ms;          /* user and system, of all threads */
    int64_t resident_bytes;  /* in RAM                          */
    int64_t started_unix_ms; /* exact to 10 ms                  */
    int64_t open_fds;        /* the one that counts them too    */
    int64_t max_fds;         /* the soft limit                  */
};

struct process_use process_use_now(void);

#endif
